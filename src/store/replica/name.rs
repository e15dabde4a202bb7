//! How a clone gets its name, and how a copy of the clone is recognized.

use super::super::{Store, StoreError};
use super::naming::{Configured, Made, Standing};
use super::place::Place;
use crate::git::hostname;

/// The first key holds the name; the second repeats it, with the directory it was made for.
use crate::git::settings::{REPLICA as NAME, REPLICA_PLACE as PLACE};

impl Store {
    /// Returns the name of this clone among all clones that share the store: `<hostname>-<4 hex>`.
    ///
    /// The name is made on the first call, and is kept in the repository's configuration together
    /// with the directory that it was made for. A copy of the clone gets a name of its own; a clone
    /// that was moved keeps its name.
    ///
    /// # Errors
    /// Fails if the configuration cannot be read or written, or contains an invalid name.
    pub fn replica(&self) -> Result<String, StoreError> {
        if let Some(name) = self.settled() {
            return checked(name);
        }
        // The lock makes concurrent first calls agree on one name.
        let _lock = self.ledger().lock()?;
        self.settle()
    }

    /// Returns the name of this clone if it has one. A clone that never wrote has none, nor has a
    /// copy before its first write.
    pub fn known_replica(&self) -> Option<String> {
        let found = || match self.standing() {
            Standing::Settled(name) | Standing::Unnoted(name) => Some(name),
            Standing::Unnamed | Standing::Copied(_) => None,
        };
        let made = self.made().map(|made| made.name);
        made.or_else(found).and_then(|name| checked(name).ok())
    }

    /// Returns the name of the clone from which this one was copied, as long as this one has no
    /// name of its own.
    pub fn copied_from(&self) -> Option<String> {
        match (self.made(), self.standing()) {
            (None, Standing::Copied(name)) => Some(name),
            _ => None,
        }
    }

    /// Returns the name of the clone from which this one was copied and its new name, if that was
    /// made just now.
    pub fn renamed_replica(&self) -> Option<(String, String)> {
        let made = self.made()?;
        Some((made.copied_from?, made.name))
    }

    /// Returns the name for an event. The caller holds the lock. None if there is no name and none
    /// can be made, which does not prevent the write.
    pub(in crate::store) fn replica_under_lock(&self) -> Option<String> {
        let name = self.settled().map_or_else(|| self.settle(), Ok);
        name.and_then(checked).ok()
    }

    fn settled(&self) -> Option<String> {
        if let Some(made) = self.made() {
            return Some(made.name);
        }
        match self.standing() {
            Standing::Settled(name) if self.is_noted() => Some(name),
            _ => None,
        }
    }

    /// Returns the state of the name in the configuration.
    fn standing(&self) -> Standing {
        let repo = self.repository();
        let configured = Configured { name: repo.config(NAME), place: repo.config(PLACE) };
        self.naming().standing(configured, |found| {
            standing(found.name, found.place.as_deref(), repo.common_dir())
        })
    }

    fn made(&self) -> Option<Made> {
        self.naming().made(self.repository().config(NAME).as_deref())
    }

    /// Returns false if the recorded path of the directory is out of date. Only writers check this.
    fn is_noted(&self) -> bool {
        let place = self.repository().config(PLACE);
        let place = place.as_deref().and_then(Place::parse);
        place.is_some_and(|place| place.is_path_of(self.repository().common_dir()))
    }

    /// Makes the name or records the directory, as the current configuration requires. The caller
    /// holds the lock.
    fn settle(&self) -> Result<String, StoreError> {
        let repo = self.repository();
        let config = || repo.git("config").arg("--local");
        let listed = config().args(["-z", "--get-regexp", r"^ao\.replica(place)?$"]).find()?;
        let listed = listed.map(|output| String::from_utf8_lossy(output.bytes()).into_owned());
        let local = |key: &str| {
            let entries = listed.iter().flat_map(|text| text.split('\0'));
            let mut values = entries.filter_map(|entry| entry.split_once('\n'));
            values.rfind(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, v)| v.to_owned())
        };
        let name = local(NAME).or_else(|| repo.config(NAME));
        let now = standing(name, local(PLACE).as_deref(), repo.common_dir());
        let note = |name: &str| -> Result<(), StoreError> {
            if let Some(place) = Place::of(name, repo.common_dir()) {
                config().args([PLACE, &place.to_string()]).run()?;
            }
            Ok(())
        };
        let (name, copied_from) = match now {
            Standing::Settled(name) | Standing::Unnoted(name) => {
                let name = checked(name)?;
                // If the directory cannot be recorded, the clone still keeps its name.
                let _ = note(&name);
                (name, None)
            }
            Standing::Unnamed | Standing::Copied(_) => {
                let name = new_name();
                // The name comes first: a recorded directory with another name does not count.
                config().args([NAME, &name]).run()?;
                note(&name)?;
                let copied_from = match now {
                    Standing::Copied(old) => Some(old),
                    _ => None,
                };
                (name, copied_from)
            }
        };
        self.naming().set_made(Made { name: name.clone(), copied_from });
        Ok(name)
    }
}

/// Compares the directory first, and its path only if it is a different directory.
fn standing(name: Option<String>, place: Option<&str>, dir: &std::path::Path) -> Standing {
    let Some(name) = name else { return Standing::Unnamed };
    match place.and_then(Place::parse).filter(|place| place.name() == name) {
        None => Standing::Unnoted(name),
        Some(place) if place.is_directory(dir) => Standing::Settled(name),
        Some(place) if place.was_left_for(dir) => Standing::Unnoted(name),
        Some(_) => Standing::Copied(name),
    }
}

fn new_name() -> String {
    let host = hostname().unwrap_or_default();
    let ok = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let host: String = host.split('.').next().unwrap_or("").chars().filter(ok).take(40).collect();
    let host = host.trim_start_matches(['-', '_']);
    let dice = uuid::Uuid::new_v4().simple().to_string();
    format!("{}-{}", if host.is_empty() { "clone" } else { host }, &dice[..4])
}

/// Checks a replica's name, which is a key in the records of its sessions.
fn checked(name: String) -> Result<String, StoreError> {
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let valid = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 100
        && name.chars().all(ok);
    if valid { Ok(name) } else { Err(StoreError::BadReplica(name)) }
}

use super::{Store, StoreError};
use crate::git::hostname;

/// The configuration key that holds a clone's name.
const KEY: &str = "ao.replica";

impl Store {
    /// The name of this clone among all that share the store: `<hostname>-<4 hex>`.
    ///
    /// Made when it is first asked for, and kept in the repository's own configuration.
    ///
    /// # Errors
    /// When the configuration cannot be read or written, or holds what cannot be a name.
    pub fn replica(&self) -> Result<String, StoreError> {
        match self.configured() {
            Some(name) => checked(name),
            None => {
                let name = self.make_replica()?;
                Ok(self.made_replica().get_or_init(|| name).clone())
            }
        }
    }

    /// The name of this clone if it has one: what was never written to has none.
    pub fn known_replica(&self) -> Option<String> {
        self.configured().and_then(|name| checked(name).ok())
    }

    /// The configuration was read when the store was opened.
    fn configured(&self) -> Option<String> {
        self.repository().config(KEY).or_else(|| self.made_replica().get().cloned())
    }

    /// The lock makes two processes that come first agree.
    fn make_replica(&self) -> Result<String, StoreError> {
        let repo = self.repository();
        let _lock = repo.lock(self.patience())?;
        let config = |git: crate::git::GitCommand| git.arg("--local");
        if let Some(output) = config(repo.git("config")).args(["--get", KEY]).find()? {
            return checked(output.text());
        }
        let host = hostname().unwrap_or_default();
        let ok = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let host: String =
            host.split('.').next().unwrap_or("").chars().filter(ok).take(40).collect();
        let host = host.trim_start_matches(['-', '_']);
        let dice = uuid::Uuid::new_v4().simple().to_string();
        let name = format!("{}-{}", if host.is_empty() { "clone" } else { host }, &dice[..4]);
        config(repo.git("config")).args([KEY, &name]).run()?;
        Ok(name)
    }
}

/// A replica's name is a key in every record it has a session in.
fn checked(name: String) -> Result<String, StoreError> {
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let valid = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 100
        && name.chars().all(ok);
    if valid { Ok(name) } else { Err(StoreError::BadReplica(name)) }
}

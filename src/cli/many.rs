//! What the verbs that take several sessions share.

use git_ao::model::Session;
use git_ao::ops::{self, FlowError, Liveness};
use git_ao::store::{Entry, Key, RecordProblem, Snapshot, Store, StoreError, Transaction};

use super::ui::escape;
use super::{CliError, Ctx, open};

/// A record that a person named.
pub struct Target {
    pub entry: Entry,
    /// The record, or why it cannot be read.
    pub record: Result<Session, RecordProblem>,
}

impl Target {
    /// None where the record cannot be read.
    pub fn session(&self) -> Option<&Session> {
        self.record.as_ref().ok()
    }

    pub fn key(&self) -> Key {
        Key::from(&self.entry.location)
    }

    /// `7b6d11f9 (Fix the flaky test)`, escaped.
    pub fn label(&self) -> String {
        let title = match self.session() {
            Some(session) => session.display_title(),
            None => "corrupt".to_owned(),
        };
        format!("{} ({})", self.entry.location.id.short(), escape::line(&title))
    }
}

/// Finds all that were named, each once. Before the lock is taken: to find one may mean to read all.
///
/// # Errors
/// When one of them is not found.
pub fn find(handles: &[String], store: &Store) -> Result<Vec<Key>, CliError> {
    let snapshot = store.snapshot()?;
    let mut keys: Vec<Key> = Vec::new();
    for handle in handles {
        let key = Key::from(&open::find(&snapshot, store, handle)?);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// What was found, as it is now.
///
/// # Errors
/// When one of them is gone.
pub fn targets(keys: &[Key], snapshot: &Snapshot<'_>) -> Result<Vec<Target>, StoreError> {
    let target = |key: &Key| {
        let entry = snapshot.get(key.clone())?;
        let record = snapshot.load(&entry);
        Ok(Target { entry, record })
    };
    keys.iter().map(target).collect()
}

/// Refuses a session whose agent still runs: nobody would write down how it ends.
pub fn refuse_alive(target: &Target, store: &Store) -> Result<(), CliError> {
    let id = target.entry.location.id;
    match ops::liveness_of(store, id, target.session()) {
        Liveness::Gone => Ok(()),
        Liveness::Unknown(source) => Err(FlowError::Unknown { id, source }.into()),
        Liveness::Alive { .. } => {
            Err(CliError::refused(format!("the agent of {} is still running", target.label()))
                .hint(format!("to stop it: git ao kill {}", id.short())))
        }
    }
}

/// A move between the active sessions and the archive.
pub struct Move {
    pub verb: &'static str,
    /// Refuses a session that is not to be moved.
    pub check: fn(&Target, &Store) -> Result<(), CliError>,
    /// False for a session that was there already.
    pub act: fn(&mut Transaction<'_>, Key) -> Result<bool, StoreError>,
    pub moved: &'static str,
    pub was_there: &'static str,
}

/// Moves all that were named in one event, and says of each what became of it.
pub fn put_away(handles: &[String], ctx: &mut Ctx, to: &Move) -> Result<(), CliError> {
    let store = ctx.store()?;
    let keys = find(handles, &store)?;
    let done = store.transaction(to.verb, |tx| {
        let targets = targets(&keys, tx.snapshot())?;
        targets.iter().try_for_each(|target| (to.check)(target, &store))?;
        let moved = targets.into_iter().map(|target| Ok(((to.act)(tx, target.key())?, target)));
        moved.collect::<Result<Vec<_>, CliError>>()
    })?;
    for (is_moved, target) in done.value {
        let label = target.label();
        if is_moved {
            writeln!(ctx.out, "{} {label}", to.moved)?;
        } else {
            ctx.out.warn(&format!("{label} {}", to.was_there));
        }
    }
    Ok(())
}

//! What the verbs that take several sessions share.

use git_ao::model::Session;
use git_ao::store::{Entry, Key, Snapshot, Store};

use super::ui::escape;
use super::{CliError, open};

/// A record that a person named.
pub struct Target {
    pub entry: Entry,
    /// None where the record cannot be read.
    pub session: Option<Session>,
}

impl Target {
    pub fn key(&self) -> Key {
        Key::from(&self.entry.location)
    }

    /// `7b6d11f9 (Fix the flaky test)`, escaped.
    pub fn label(&self) -> String {
        let title = match &self.session {
            Some(session) => session.display_title(),
            None => "corrupt".to_owned(),
        };
        format!("{} ({})", self.entry.location.id.short(), escape::line(&title))
    }
}

/// Finds all that were named, each once.
///
/// # Errors
/// When one of them is not found.
pub fn targets(
    handles: &[String],
    snapshot: &Snapshot<'_>,
    store: &Store,
) -> Result<Vec<Target>, CliError> {
    let mut targets: Vec<Target> = Vec::new();
    for handle in handles {
        let entry = open::find(snapshot, store, handle)?;
        if targets.iter().all(|target| target.entry != entry) {
            let session = snapshot.load(&entry).ok();
            targets.push(Target { entry, session });
        }
    }
    Ok(targets)
}

//! Shared by the verbs that take several sessions.

use git_ao::store::{Key, ListedSession, Store};

use super::ui::escape;
use super::{CliError, open};

/// Finds the named sessions. This precedes the lock, because it may read all records.
///
/// # Errors
/// Fails if one of them is not found.
pub fn find(handles: &[String], store: &Store) -> Result<Vec<Key>, CliError> {
    let snapshot = store.snapshot()?;
    let key = |handle: &String| Ok(Key::from(&open::find(&snapshot, store, handle)?));
    handles.iter().map(key).collect()
}

/// Formats `7b6d11f9 (Fix the flaky test)`, escaped.
pub fn label(session: &ListedSession) -> String {
    format!("{} ({})", session.location.id.short(), escape::line(&session.display_title()))
}

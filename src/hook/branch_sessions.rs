use super::HookError;
use crate::model::Timestamp;
use crate::store::{History, Store};

/// The sessions on a branch that was checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BranchSessions {
    /// The number of sessions.
    pub count: usize,
    /// The time of the last change to one of them.
    pub changed: Timestamp,
    /// The author of that change, if its event is there. The name is untrusted and must be escaped.
    pub author: Option<String>,
}

/// Finds the sessions on a branch and the author of their last change. Returns None if there are no
/// sessions.
pub fn on(store: &Store, branch: &str) -> Result<Option<BranchSessions>, HookError> {
    let snapshot = store.snapshot()?;
    let found = snapshot.on_branch(branch)?;
    let Some(last) = found.iter().max_by_key(|session| session.updated_at) else {
        return Ok(None);
    };
    let event = snapshot.events(History::default().session(last.id)).next().transpose()?;
    let author = event.map(|event| event.author.name);
    Ok(Some(BranchSessions { count: found.len(), changed: last.updated_at, author }))
}

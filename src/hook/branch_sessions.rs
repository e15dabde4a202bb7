use super::HookError;
use crate::model::Timestamp;
use crate::store::{History, Shelf, Store};

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

/// How many records are read for the line. It takes about as long as starting git a few times.
const FEW: usize = 1000;

/// Finds the sessions on a branch and the author of their last change. Returns None if there are no
/// sessions, or if finding them takes long: nobody waits for a checkout because of them. Other
/// commands make what is needed to find them soon.
pub fn on(store: &Store, branch: &str) -> Result<Option<BranchSessions>, HookError> {
    let snapshot = store.snapshot()?;
    if !snapshot.is_mostly_indexed(Shelf::Active, FEW) {
        return Ok(None);
    }
    let found = snapshot.on_branch(branch)?;
    let Some(last) = found.iter().max_by_key(|session| session.updated_at) else {
        return Ok(None);
    };
    let mut events = snapshot.events(History::default().session(last.id)).in_passing();
    let event = events.next().transpose()?;
    let author = event.map(|event| event.author.name);
    Ok(Some(BranchSessions { count: found.len(), changed: last.updated_at, author }))
}

use std::time::Instant;

use super::HookError;
use crate::model::Timestamp;
use crate::store::{History, Store};

/// The number of events to read between checks of the clock.
const STRIDE: usize = 64;

/// The sessions on a branch that was checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BranchSessions {
    /// The number of sessions found.
    pub count: usize,
    /// False if the search ran out of time.
    pub is_complete: bool,
    /// The time of the last change to one of them.
    pub changed: Timestamp,
    /// The author of that change, if found in time. The name is untrusted and must be escaped.
    pub author: Option<String>,
}

/// Finds the sessions on a branch and the author of their last change. Returns None if there are no
/// sessions.
pub fn on(
    store: &Store,
    branch: &str,
    until: Instant,
) -> Result<Option<BranchSessions>, HookError> {
    let snapshot = store.snapshot()?;
    let found = snapshot.on_branch(branch, Some(until))?;
    let Some(changed) = found.sessions.iter().map(|session| session.updated_at).max() else {
        return Ok(None);
    };
    let mut author = None;
    for (count, event) in snapshot.events(History::default()).enumerate() {
        if count % STRIDE == STRIDE - 1 && Instant::now() >= until {
            break;
        }
        let event = event?;
        if found.sessions.iter().any(|session| event.message.sessions.contains(&session.id)) {
            author = Some(event.author.name);
            break;
        }
    }
    let (count, is_complete) = (found.sessions.len(), found.is_complete);
    Ok(Some(BranchSessions { count, is_complete, changed, author }))
}

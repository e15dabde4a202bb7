use std::time::Instant;

use super::HookError;
use crate::model::Timestamp;
use crate::store::{History, Store};

/// Events read before the clock is looked at.
const STRIDE: usize = 64;

/// The sessions on a branch that was checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchSessions {
    /// How many are known.
    pub count: usize,
    /// False when there was no time to look for more.
    pub is_complete: bool,
    /// When the last of them changed.
    pub changed: Timestamp,
    /// Who made that change, if it was found in time. Written by anybody: escape it.
    pub author: Option<String>,
}

/// Looks for them, and for the last change of one; None where there are none.
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

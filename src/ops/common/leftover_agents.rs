use std::path::Path;

use crate::model::Session;
use crate::ops::common::liveness::processes;
use crate::ops::common::start::GRACE;
use crate::ops::common::{FlowError, placement};
use crate::runtime::{Carrier, RuntimeError};
use crate::store::Store;

/// A process that an agent of the session started, or that one of those did.
///
/// It is no proof that the agent is alive: a daemon that others use too has the variables of
/// whoever started it first.
#[derive(Debug, Clone)]
pub struct Remain {
    /// The process.
    pub carrier: Carrier,
    /// Whether it works in the session's worktree.
    pub is_inside: bool,
}

/// The processes that were started for the session and go on without its agent; not this one, nor
/// those that it was started by.
pub fn remains(store: &Store, session: &Session) -> Vec<Remain> {
    let worktree = placement::place(store, session).map(|path| path.canonicalize().unwrap_or(path));
    let is_inside =
        |directory: &Path| worktree.as_ref().is_some_and(|it| directory.starts_with(it));
    let remain = |carrier: Carrier| {
        let is_inside = carrier.directory.as_deref().is_some_and(is_inside);
        Remain { carrier, is_inside }
    };
    processes(store.repository(), session.id).into_iter().map(remain).collect()
}

/// Ends those of them that work in the session's worktree, and returns them.
///
/// # Errors
/// When one does not end, or may not be ended.
pub fn end_remains(store: &Store, session: &Session) -> Result<Vec<Remain>, FlowError> {
    let mut ended = remains(store, session);
    ended.retain(|remain| remain.is_inside);
    for remain in &ended {
        match remain.carrier.process.stop(GRACE) {
            Ok(_) | Err(RuntimeError::Gone(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ended)
}

use std::path::Path;

use crate::model::Session;
use crate::ops::common::liveness::processes;
use crate::ops::common::start::GRACE;
use crate::ops::common::{OpsError, placement};
use crate::runtime::{Carrier, RuntimeError};
use crate::store::Store;

/// A process that the session's agent, or one of its children, started.
///
/// The process does not prove that the agent is alive: a shared daemon has the environment of
/// whichever process started it first.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Remain {
    /// The process.
    pub carrier: Carrier,
    /// True if its working directory is in the session's worktree.
    pub is_inside: bool,
}

/// Returns the processes of a session that outlive its agent, except this process and its
/// ancestors.
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

/// Stops those processes that work in the session's worktree, and returns them.
///
/// # Errors
/// Fails if one does not exit, or may not be stopped.
pub fn end_remains(store: &Store, session: &Session) -> Result<Vec<Remain>, OpsError> {
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

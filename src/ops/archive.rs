use crate::model::SessionId;
use crate::ops::common::liveness::{Liveness, liveness_of};
use crate::ops::common::targets::{self, MovedSession};
use crate::runtime::RuntimeError;
use crate::store::{Committed, Key, ListedSession, Store, StoreError};

/// Why sessions were not moved to the archive or out of it. In each case none of them was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The agent of a session is still running; how it ends could not be recorded.
    #[error("the agent of {} ({title}) is still running", id.short())]
    Running {
        /// The session.
        id: SessionId,
        /// Its title.
        title: String,
    },
    /// It cannot be determined whether the agent is running.
    #[error("cannot determine whether session {} is running", id.short())]
    Unknown {
        /// The session.
        id: SessionId,
        /// The cause.
        #[source]
        source: RuntimeError,
    },
    /// A session does not exist, or the store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Moves sessions to the archive, all in a single event. Their records do not change.
///
/// # Errors
/// When a session does not exist, or its agent may still be running. None of them is moved then.
pub fn archive(store: &Store, keys: &[Key]) -> Result<Committed<Vec<MovedSession>>, ArchiveError> {
    store.transaction("archive", |tx| {
        let sessions = targets::load(tx.snapshot(), keys)?;
        sessions.iter().try_for_each(|session| check_stopped(store, session))?;
        Ok(targets::move_each(sessions, |key| tx.archive(key))?)
    })
}

fn check_stopped(store: &Store, session: &ListedSession) -> Result<(), ArchiveError> {
    let id = session.location.id;
    match liveness_of(store, id, session.session.as_ref().ok()) {
        Liveness::Gone => Ok(()),
        Liveness::Alive { .. } => Err(ArchiveError::Running { id, title: session.display_title() }),
        Liveness::Unknown(source) => Err(ArchiveError::Unknown { id, source }),
    }
}

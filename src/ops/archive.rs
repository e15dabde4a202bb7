use crate::model::{ErrorKind, Recovery};
use crate::ops::common::targets::{self, MovedSession};
use crate::ops::common::{AgentStateError, Engine};
use crate::store::{Committed, Key, StoreError};

/// Why sessions were not moved to or from the archive. No session was moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The agent of a session may still be running.
    #[error(transparent)]
    AgentState(#[from] AgentStateError),
    /// A session does not exist, or the store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ArchiveError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::AgentState(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Engine {
    /// Moves sessions to the archive, all in a single event. Their records do not change.
    ///
    /// # Errors
    /// Fails if a session does not exist, or if its agent may still be running. No session is then
    /// moved.
    pub fn archive(&self, keys: &[Key]) -> Result<Committed<Vec<MovedSession>>, ArchiveError> {
        let store = self.store();
        store.transaction("archive", |tx| {
            let sessions = targets::load(tx.snapshot(), keys)?;
            sessions.iter().try_for_each(|session| targets::check_stopped(self, session))?;
            Ok(targets::move_each(sessions, |key| tx.archive(key))?)
        })
    }
}

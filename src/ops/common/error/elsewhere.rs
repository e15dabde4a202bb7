use crate::model::{ErrorKind, Recovery, SessionId};

/// A session lives in another clone. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ElsewhereError {
    /// The agent may be running there.
    #[error("session {} may be running on '{replica}'", id.short())]
    MayRun {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// The agent may be running there, and cannot be stopped from here.
    #[error("session {} runs on '{replica}' and cannot be stopped from here", id.short())]
    NotStoppable {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// The agent was started there, and cannot be reached from here.
    #[error("session {} lives on '{replica}'", id.short())]
    NotReachable {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
}

impl ElsewhereError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Refused
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

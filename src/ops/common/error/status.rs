use crate::model::{ErrorKind, Recovery, SessionId, SessionStatus};

/// The status of a session does not allow what a verb does. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatusError {
    /// The session has ended, so no agent can work in it.
    #[error("session {} is {status}", id.short())]
    Ended {
        /// The session.
        id: SessionId,
        /// The final status.
        status: SessionStatus,
    },
    /// Only an ended session can be deleted.
    #[error("{} ({title}) has not ended: it is '{status}'", id.short())]
    NotEnded {
        /// The session.
        id: SessionId,
        /// Its title.
        title: String,
        /// The current status.
        status: SessionStatus,
    },
    /// Only a paused session can be resumed.
    #[error("session {} is not paused: it is {status}", id.short())]
    NotPaused {
        /// The session.
        id: SessionId,
        /// The current status.
        status: SessionStatus,
    },
    /// A merged session cannot be restored.
    #[error("session {} is merged and cannot be restored", .0.short())]
    Merged(SessionId),
    /// Another process changed the session in the meantime.
    #[error("session {} was changed in the meantime", .0.short())]
    Changed(SessionId),
}

impl StatusError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Changed(_) => ErrorKind::Contended,
            Self::Ended { .. }
            | Self::NotEnded { .. }
            | Self::NotPaused { .. }
            | Self::Merged(_) => ErrorKind::Refused,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

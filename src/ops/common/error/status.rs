use crate::model::{Recovery, SessionId, SessionStatus};

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
    /// Returns what the caller can do about the error.
    ///
    /// - [`Retry`](Recovery::Retry): another process changed the session.
    /// - [`FixInput`](Recovery::FixInput): the status does not allow it; some verbs have an override.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Changed(_) => Recovery::Retry,
            Self::Ended { .. }
            | Self::NotEnded { .. }
            | Self::NotPaused { .. }
            | Self::Merged(_) => Recovery::FixInput,
        }
    }
}

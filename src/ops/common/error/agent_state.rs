use crate::model::{ErrorKind, Recovery, SessionId, SessionStatus};
use crate::runtime::RuntimeError;

/// The agent of a session is not in the state that a verb needs. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentStateError {
    /// No agent was started for the session.
    #[error("no agent was started for session {}", .0.short())]
    NotStarted(SessionId),
    /// The agent is no longer running.
    #[error("the agent of session {} is gone; the session is {status}", id.short())]
    Gone {
        /// The session.
        id: SessionId,
        /// The recorded status.
        status: SessionStatus,
    },
    /// The agent is running, but its runtime cannot be reached.
    #[error("the agent of session {} is running{}, but cannot be reached", id.short(), as_process(*pid))]
    Unreachable {
        /// The session.
        id: SessionId,
        /// The process of the supervisor or of the agent.
        pid: Option<u32>,
        /// The cause, if it is known.
        #[source]
        source: Option<RuntimeError>,
    },
    /// The agent is running: how it ends could not be recorded, and nothing could stop it.
    #[error("the agent of {} ({title}) is still running", id.short())]
    StillRunning {
        /// The session.
        id: SessionId,
        /// Its title.
        title: String,
    },
    /// The agent runs in a terminal, but a text could not be submitted there.
    #[error("{source}")]
    NotSubmitted {
        /// The session.
        id: SessionId,
        /// The cause.
        source: RuntimeError,
    },
    /// The agent did not stop when asked.
    #[error("the agent of session {} is still running{}", id.short(), as_process(*pid))]
    NotStopped {
        /// The session.
        id: SessionId,
        /// The process of the supervisor or of the agent.
        pid: Option<u32>,
    },
    /// The agent runs inside another process, which only that process can stop.
    #[error("the agent of session {} runs inside process {pid}, which has to stop it", id.short())]
    InsideProcess {
        /// The session.
        id: SessionId,
        /// The process that supervises it.
        pid: u32,
        /// Why it cannot be stopped from here.
        #[source]
        source: RuntimeError,
    },
    /// Another process is starting the agent or cleaning up the session.
    #[error("session {} is being started or cleaned up by another process", .0.short())]
    Busy(SessionId),
    /// It cannot be determined whether the agent is running.
    #[error("cannot determine whether session {} is running", id.short())]
    Unknown {
        /// The session.
        id: SessionId,
        /// The cause.
        #[source]
        source: RuntimeError,
    },
}

impl AgentStateError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotStarted(_) | Self::Gone { .. } => ErrorKind::NotFound,
            Self::Unreachable { .. }
            | Self::InsideProcess { .. }
            | Self::NotSubmitted { .. }
            | Self::StillRunning { .. } => ErrorKind::Refused,
            Self::Busy(_) => ErrorKind::Contended,
            Self::NotStopped { .. } | Self::Unknown { .. } => ErrorKind::Unavailable,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

fn as_process(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

use crate::model::{ErrorKind, Recovery, SessionId};
use crate::ops::common::LostConversation;

/// An agent cannot be started. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The program that is to supervise the agent does not exist, or is not executable.
    #[error("the supervisor '{}' does not exist or is not executable", .0.display())]
    NoSupervisor(std::path::PathBuf),
    /// The agent was added to the engine, and the program git-ao, which is to supervise it, does not
    /// know it.
    #[error("git ao does not know the agent '{}', so it cannot supervise it", .0.escape_debug())]
    UnknownToSupervisor(String),
    /// The agent's program is not installed.
    #[error("agent '{agent}' is not installed: there is no '{program}' on PATH")]
    NotInstalled {
        /// The agent.
        agent: String,
        /// The program.
        program: String,
    },
    /// The session's agent is already running.
    #[error("session {} is running", .0.short())]
    Running(SessionId),
    /// An agent was started for the session before, so it can only be restored.
    #[error("an agent was already started for session {}", .0.short())]
    StartedBefore(SessionId),
    /// The agent has started before, but its conversation cannot be resumed.
    #[error("session {} cannot be resumed: {lost}", id.short())]
    Lost {
        /// The session.
        id: SessionId,
        /// The cause.
        lost: LostConversation,
    },
}

impl LaunchError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSupervisor(_) | Self::NotInstalled { .. } => ErrorKind::Environment,
            Self::UnknownToSupervisor(_) => ErrorKind::Unsupported,
            Self::StartedBefore(_) => ErrorKind::Refused,
            Self::Running(_) => ErrorKind::Exists,
            Self::Lost { .. } => ErrorKind::NotFound,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

use std::path::PathBuf;
use std::time::SystemTime;

use crate::model::SessionId;

/// The session whose conversations an agent is to find.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SourceRequest {
    /// The session.
    pub session: SessionId,
    /// The directory in which the agent works. It may no longer exist.
    pub workspace: PathBuf,
    /// The agent's own id of the session's conversation, if it is known.
    pub agent_session_id: Option<String>,
    /// The [`LaunchRequest`](super::LaunchRequest)'s directory of files.
    pub state_dir: PathBuf,
    /// The earliest time when a conversation of the session can have begun.
    pub since: SystemTime,
    /// Whose conversations can begin in that directory.
    pub directory_use: DirectoryUse,
}

/// Whose conversations can begin in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DirectoryUse {
    /// Only those of the session. Those that begin after its first one continue it.
    #[default]
    Own,
    /// Also those of the user, such as in the main worktree. Only the one whose id is known is the
    /// session's.
    Shared,
}

impl SourceRequest {
    /// Asks for the conversations of a session that began in a workspace, at any time.
    pub fn new(
        session: SessionId,
        workspace: impl Into<PathBuf>,
        state_dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            session,
            workspace: workspace.into(),
            agent_session_id: None,
            state_dir: state_dir.into(),
            since: SystemTime::UNIX_EPOCH,
            directory_use: DirectoryUse::Own,
        }
    }

    /// Sets the agent's own id of the session's conversation.
    #[must_use]
    pub fn agent_session_id(self, id: impl Into<String>) -> Self {
        Self { agent_session_id: Some(id.into()), ..self }
    }

    /// Sets whose conversations can begin in the directory.
    #[must_use]
    pub fn directory_use(self, directory_use: DirectoryUse) -> Self {
        Self { directory_use, ..self }
    }

    /// Sets the earliest time at which a conversation of the session can have begun.
    #[must_use]
    pub fn since(self, since: SystemTime) -> Self {
        Self { since, ..self }
    }
}

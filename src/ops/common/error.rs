mod agent_state;
mod elsewhere;
mod land;
mod launch;
mod session_worktree;
mod setup;
mod spawn;
mod status;

use std::path::PathBuf;

pub use self::agent_state::AgentStateError;
pub use self::elsewhere::ElsewhereError;
pub use self::land::{ConflictRemedy, LandError};
pub use self::launch::LaunchError;
pub use self::session_worktree::SessionWorktreeError;
pub use self::setup::SetupError;
pub use self::spawn::SpawnError;
pub use self::status::StatusError;
use crate::agent::AgentError;
use crate::git::{FileError, GitError, LockError, RefError};
use crate::model::{ErrorKind, Recovery};
use crate::ops::why::WhyError;
use crate::redact::RedactError;
use crate::runtime::RuntimeError;
use crate::share::ShareError;
use crate::store::{StoreError, UndoError};
use crate::transcript::TranscriptError;
use crate::workspace::WorkspaceError;

/// Why a verb failed: one of the things that can be in its way, each an error of its own. Unless
/// the error says otherwise, nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpsError {
    /// A session cannot be spawned as requested.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// An agent cannot be started.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The agent of a session is not in the state that the verb needs.
    #[error(transparent)]
    AgentState(#[from] AgentStateError),
    /// The session lives in another clone.
    #[error(transparent)]
    Elsewhere(#[from] ElsewhereError),
    /// The status of a session does not allow it.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// The session has no worktree that its agent can work in.
    #[error(transparent)]
    Worktree(#[from] SessionWorktreeError),
    /// The work cannot be landed.
    #[error(transparent)]
    Land(#[from] LandError),
    /// The setup or the teardown of a worktree failed.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The origin of a commit or a line cannot be determined.
    #[error(transparent)]
    Why(#[from] WhyError),
    /// The event cannot be undone.
    #[error(transparent)]
    Undo(UndoError),
    /// An agent cannot be used.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// A runtime failed.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A worktree or its branch cannot be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The transcripts cannot be captured or read.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// A remote cannot be reached, or it rejects what is sent.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// A rule of redaction cannot be used.
    #[error(transparent)]
    Redact(#[from] RedactError),
    /// A transcript to be shared has a line of this many bytes.
    #[error("a line of the transcript has {0} bytes; nothing was shared")]
    LongLine(usize),
    /// A ref cannot be read or updated.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// A lock was not acquired.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file of a session cannot be read, written or removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The verb failed, but the new worktree was kept because it was changed in the meantime.
    #[error("{source}")]
    Kept {
        /// The failure.
        source: Box<OpsError>,
        /// The worktree.
        path: PathBuf,
    },
    /// The program was interrupted, for example by ^C.
    #[error("interrupted")]
    Interrupted,
}

impl OpsError {
    /// Returns the kind of the error. An error that wraps another has the kind of the wrapped
    /// error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Spawn(error) => error.kind(),
            Self::Launch(error) => error.kind(),
            Self::AgentState(error) => error.kind(),
            Self::Elsewhere(error) => error.kind(),
            Self::Status(error) => error.kind(),
            Self::Worktree(error) => error.kind(),
            Self::Land(error) => error.kind(),
            Self::Setup(error) => error.kind(),
            Self::Why(error) => error.kind(),
            Self::Undo(error) => error.kind(),
            Self::Agent(error) => error.kind(),
            Self::Runtime(error) => error.kind(),
            Self::Workspace(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Transcript(error) => error.kind(),
            Self::Share(error) => error.kind(),
            Self::Redact(error) => error.kind(),
            Self::LongLine(_) => ErrorKind::Refused,
            Self::Ref(error) => error.kind(),
            Self::Lock(error) => error.kind(),
            Self::File(error) => error.kind(),
            Self::Git(error) => error.kind(),
            Self::Kept { source, .. } => source.kind(),
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl From<UndoError> for OpsError {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Store(error) => Self::Store(error),
            error => Self::Undo(error),
        }
    }
}

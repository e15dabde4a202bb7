use std::io;
use std::path::PathBuf;

use crate::agent::AgentError;
use crate::model::{ErrorKind, Recovery};
use crate::store::StoreError;
use crate::transcript::TranscriptError;
use crate::workspace::WorkspaceError;

/// Why sessions were not imported, or not all of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The folder of the sessions cannot be read.
    #[error("cannot read '{path}'")]
    Read {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A conversation cannot be read again, or prepared for the transcript store.
    #[error("cannot copy the conversation in '{path}'")]
    Copy {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// There is no such agent.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// No agent has this conversation in a worktree of this repository.
    #[error("no conversation '{}' in this repository", .0.escape_debug())]
    NoConversation(String),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The transcript store cannot be written.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// The worktrees of the repository cannot be listed.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The program was interrupted, for example by ^C.
    #[error("interrupted")]
    Interrupted,
}

impl ImportError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                ErrorKind::NotFound
            }
            Self::Read { source, .. } | Self::Copy { source, .. } => source.into(),
            Self::NoConversation(_) => ErrorKind::NotFound,
            Self::Agent(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Transcript(error) => error.kind(),
            Self::Workspace(error) => error.kind(),
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

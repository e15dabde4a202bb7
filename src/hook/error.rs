use std::io;
use std::path::PathBuf;

use crate::git::{GitError, RefError};
use crate::model::{ErrorKind, Recovery};
use crate::share::ShareError;
use crate::store::StoreError;
use crate::workspace::WorkspaceError;

/// Why a hook was not installed, not removed, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The user has disabled hooks with core.hooksPath.
    #[error("core.hooksPath is '{0}', where git finds no hooks")]
    TurnedOff(PathBuf),
    /// git ao's part of a hook was edited: replacing it must be requested explicitly.
    #[error("git ao's part of '{0}' was edited")]
    Edited(PathBuf),
    /// One of the two markers around git ao's part is missing: edit the hook by hand.
    #[error("the git-ao markers in '{0}' are incomplete")]
    Damaged(PathBuf),
    /// The path to which the existing hook would be renamed is taken.
    #[error("'{0}' is in the way")]
    InTheWay(PathBuf),
    /// An agent's settings are not understood.
    #[error("cannot understand '{path}': {why}")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing tells where an agent's settings are: there is no worktree, or HOME is not set.
    #[error("cannot find the agent's settings without {0}")]
    NoSettings(&'static str),
    /// A file could not be read or written. Existing files are unchanged.
    #[error("cannot {act} '{path}'")]
    Io {
        /// `read`, `write` and the like.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The branch name cannot be stored in a record.
    #[error("'{0}' is not a valid branch for a session")]
    Branch(String),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// HEAD could not be read.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// The worktree cannot be assigned to a session.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The sessions could not be pushed.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl HookError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InTheWay(_) => ErrorKind::Exists,
            Self::TurnedOff(_) | Self::Edited(_) | Self::Damaged(_) => ErrorKind::Refused,
            Self::Settings { .. } | Self::NoSettings(_) => ErrorKind::Refused,
            Self::Branch(_) => ErrorKind::Invalid,
            Self::Io { source, .. } => source.into(),
            Self::Store(error) => error.kind(),
            Self::Ref(error) => error.kind(),
            Self::Workspace(error) => error.kind(),
            Self::Share(error) => error.kind(),
            Self::Git(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl HookError {
    /// Makes an error for `map_err` on file operations.
    pub(super) fn io(act: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }
}

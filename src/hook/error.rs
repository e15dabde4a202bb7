use std::io;
use std::path::PathBuf;

use crate::git::{GitError, RefError};
use crate::share::ShareError;
use crate::store::StoreError;
use crate::workspace::WorkspaceError;

/// Why a hook was not installed, not taken out, or did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The user has turned hooks off; to change that is theirs.
    #[error("core.hooksPath is '{0}', where git finds no hooks")]
    TurnedOff(PathBuf),
    /// What git-ao once wrote into a hook was changed by somebody: say that it may be replaced.
    #[error("git-ao's part of '{0}' was edited")]
    Edited(PathBuf),
    /// Of the two lines around what git-ao wrote one is gone: edit by hand.
    #[error("the git-ao markers in '{0}' are incomplete")]
    Damaged(PathBuf),
    /// Something is where the hook that is there would be kept: look at it and move it away.
    #[error("'{0}' is in the way")]
    InTheWay(PathBuf),
    /// A file could not be read or written. What was there is there.
    #[error("cannot {act} '{path}'")]
    Io {
        /// `read`, `write` and the like.
        act: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A record cannot hold this branch.
    #[error("'{0}' is not a valid branch for a session")]
    Branch(String),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// HEAD could not be read.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// A worktree cannot be a session's.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The sessions could not be sent along.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl HookError {
    /// For `map_err` on what is done with a file.
    pub(super) fn io(act: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }
}

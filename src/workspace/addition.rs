use std::fmt;
use std::path::{Path, PathBuf};

use super::{Exclusion, FolderProblem, Included, WorkspaceError};
use crate::model::{Oid, SessionId};

/// A request for a new workspace.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Addition {
    /// The directory, absolute. It must not exist.
    pub path: PathBuf,
    /// The branch to check out.
    pub branch: Branch,
    /// The session that owns it.
    pub session: SessionId,
}

impl Addition {
    /// Requests a workspace for a session at an absolute path.
    pub fn new(path: impl Into<PathBuf>, branch: Branch, session: SessionId) -> Self {
        Self { path: path.into(), branch, session }
    }
}

/// The branch of a new workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branch {
    /// A new branch.
    New {
        /// Its name, without `refs/heads/`.
        name: String,
        /// Its starting point.
        at: Oid,
    },
    /// A new local branch for that of a remote.
    Tracking {
        /// Its name, without `refs/heads/`.
        name: String,
        /// Its starting point.
        at: Oid,
        /// The branch that it tracks, without `refs/remotes/`.
        upstream: String,
    },
    /// An existing branch, which no other worktree may have checked out.
    Existing {
        /// Its name, without `refs/heads/`.
        name: String,
    },
}

impl Branch {
    /// Returns the name, without `refs/heads/`.
    pub fn name(&self) -> &str {
        match self {
            Self::New { name, .. } | Self::Tracking { name, .. } | Self::Existing { name } => name,
        }
    }
}

/// A workspace that was just created. Dropping it removes the workspace and everything created with
/// it, unless it is [kept](Added::keep).
#[must_use = "a workspace that is not kept is removed at once"]
pub struct Added<'a> {
    path: PathBuf,
    remarks: Remarks,
    backup: Option<String>,
    undo: Vec<Undo<'a>>,
}

/// Remarks on a workspace that was created or completed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remarks {
    /// The output of a hook that failed; may be empty.
    pub hook: Option<String>,
    /// What was done to keep `git add` from treating the worktree as an embedded repository.
    pub exclusion: Option<Exclusion>,
    /// The files that were restored after an interrupted removal.
    pub refilled: Option<Refilled>,
    /// The ignored files that were copied.
    pub included: Included,
    /// The folder in which the agent was to work, and why it works in the top directory instead.
    pub left_folder: Option<(String, FolderProblem)>,
}

/// The files that were restored after an interrupted removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refilled {
    /// The number of files; ignored files are not restored.
    pub files: usize,
}

type Undo<'a> = Box<dyn FnOnce() -> Result<(), WorkspaceError> + 'a>;

impl<'a> Added<'a> {
    /// Starts the creation of a workspace at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { path, remarks: Remarks::default(), backup: None, undo: Vec::new() }
    }

    /// Registers how to undo the last step. Steps are undone in reverse order. If one cannot be
    /// undone, the earlier ones stay, so that a branch is never removed before its worktree.
    pub fn on_rollback(&mut self, undo: impl FnOnce() -> Result<(), WorkspaceError> + 'a) {
        self.undo.push(Box::new(undo));
    }

    /// Returns the directory, with symbolic links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Records the output of a hook that failed.
    pub fn complain(&mut self, message: String) {
        self.remarks.hook = Some(message);
    }

    /// Records what was done to keep the worktree out of the one around it.
    pub fn excluded(&mut self, exclusion: Option<Exclusion>) {
        self.remarks.exclusion = exclusion;
    }

    /// Records the ignored files that were copied.
    pub fn includes(&mut self, included: Included) {
        self.remarks.included = included;
    }

    /// Records that the folder in which the agent was to work cannot be used.
    pub fn misses_folder(&mut self, folder: String, problem: FolderProblem) {
        self.remarks.left_folder = Some((folder, problem));
    }

    /// Returns the remarks.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Records the ref with the contents of the previous workspace.
    pub fn backed_up(&mut self, name: Option<String>) {
        self.backup = name;
    }

    /// Returns the ref with the contents of the previous workspace, if there were any.
    pub fn backup(&self) -> Option<&str> {
        self.backup.as_deref()
    }

    /// Keeps the workspace and returns its directory.
    pub fn keep(mut self) -> PathBuf {
        self.undo.clear();
        std::mem::take(&mut self.path)
    }
}

impl Drop for Added<'_> {
    fn drop(&mut self) {
        while let Some(undo) = self.undo.pop() {
            if undo().is_err() {
                return;
            }
        }
    }
}

impl fmt::Debug for Added<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Added").field(&self.path).finish()
    }
}

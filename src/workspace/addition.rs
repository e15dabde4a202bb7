use std::fmt;
use std::path::{Path, PathBuf};

use super::{Exclusion, WorkspaceError};
use crate::model::{Oid, SessionId};

/// What a new workspace is to be.
#[derive(Debug, Clone)]
pub struct Addition {
    /// Its folder, absolute. Nothing may be there.
    pub path: PathBuf,
    /// The branch that is checked out in it.
    pub branch: Branch,
    /// Whose it is.
    pub session: SessionId,
}

/// The branch of a new workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branch {
    /// One that is made with the workspace.
    New {
        /// Its name, without `refs/heads/`.
        name: String,
        /// Where it begins.
        at: Oid,
    },
    /// One that is there, and is checked out nowhere else.
    Existing {
        /// Its name, without `refs/heads/`.
        name: String,
    },
}

impl Branch {
    /// The name, without `refs/heads/`.
    pub fn name(&self) -> &str {
        match self {
            Self::New { name, .. } | Self::Existing { name } => name,
        }
    }
}

/// A workspace that was just made. It is taken away again, with what was made for it, unless it is
/// [kept](Added::keep).
#[must_use = "a workspace that is not kept is removed at once"]
pub struct Added<'a> {
    path: PathBuf,
    remarks: Remarks,
    backup: Option<String>,
    undo: Vec<Undo<'a>>,
}

/// What there is to say of a workspace that was made, or made whole, all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// What a hook that failed said; it may have said nothing.
    pub hook: Option<String>,
    /// What was done so that `git add` does not take it for a repository inside the repository.
    pub exclusion: Option<Exclusion>,
    /// What was put back that an interrupted removal had taken.
    pub refilled: Option<Refilled>,
}

/// What was brought back that a killed removal had taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refilled {
    /// How many files: those that git ignores are not among them.
    pub files: usize,
}

type Undo<'a> = Box<dyn FnOnce() -> Result<(), WorkspaceError> + 'a>;

impl<'a> Added<'a> {
    /// A workspace that is about to be made at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { path, remarks: Remarks::default(), backup: None, undo: Vec::new() }
    }

    /// Tells how to undo what was just done. The last thing done is undone first; the rest stays
    /// when one cannot be undone, so that a branch never goes before its worktree.
    pub fn on_rollback(&mut self, undo: impl FnOnce() -> Result<(), WorkspaceError> + 'a) {
        self.undo.push(Box::new(undo));
    }

    /// Its folder, with links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that a hook failed, and what it said.
    pub fn complain(&mut self, message: String) {
        self.remarks.hook = Some(message);
    }

    /// Notes what was done to keep it out of the worktree around it.
    pub fn excluded(&mut self, exclusion: Option<Exclusion>) {
        self.remarks.exclusion = exclusion;
    }

    /// What there is to say of it.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Notes which ref keeps what the workspace held that was there before.
    pub fn backed_up(&mut self, name: Option<String>) {
        self.backup = name;
    }

    /// The ref that keeps what the workspace held that was there before, if it held anything.
    pub fn backup(&self) -> Option<&str> {
        self.backup.as_deref()
    }

    /// Lets it stay.
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

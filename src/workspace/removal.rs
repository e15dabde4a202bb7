use std::path::{Path, PathBuf};

use super::WorkspaceError;
use crate::model::{Oid, SessionId};

/// A request to remove a workspace.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Removal<'a> {
    /// The directory; None to remove only a branch.
    pub path: Option<&'a Path>,
    /// The branch to remove with it; None to keep the branch.
    pub branch: Option<&'a str>,
    /// The session that must own it. A backup is named after the session.
    pub session: SessionId,
    /// What happens to work that would be lost.
    pub on_unsaved: OnUnsaved,
    /// The ignored files that may be removed, as listed in [`Verdict`]; None if all may.
    pub ignored: Option<&'a [PathBuf]>,
    /// The tips of base branches. What is [merged](super::Worktrees::merged_at) there is not lost.
    pub bases: &'a [Oid],
}

impl<'a> Removal<'a> {
    /// Requests the removal of a worktree and of nothing else, unless work would be lost.
    pub fn of_worktree(path: &'a Path, session: SessionId) -> Self {
        let (branch, on_unsaved, ignored) = (None, OnUnsaved::Refuse, None);
        Self { path: Some(path), branch, session, on_unsaved, ignored, bases: &[] }
    }

    /// Requests the removal of a branch, unless work would be lost.
    pub fn of_branch(branch: &'a str, session: SessionId) -> Self {
        let (path, on_unsaved, ignored) = (None, OnUnsaved::Refuse, None);
        Self { path, branch: Some(branch), session, on_unsaved, ignored, bases: &[] }
    }

    /// Removes the branch too.
    #[must_use]
    pub fn branch(self, branch: &'a str) -> Self {
        Self { branch: Some(branch), ..self }
    }

    /// Sets what happens to work that would be lost.
    #[must_use]
    pub fn on_unsaved(self, on_unsaved: OnUnsaved) -> Self {
        Self { on_unsaved, ..self }
    }

    /// Sets the tips of base branches, where merged work is not lost.
    #[must_use]
    pub fn bases(self, bases: &'a [Oid]) -> Self {
        Self { bases, ..self }
    }

    /// Restricts the ignored files that may be removed to these.
    #[must_use]
    pub fn ignored(self, ignored: &'a [PathBuf]) -> Self {
        Self { ignored: Some(ignored), ..self }
    }
}

/// What happens to work that is saved nowhere else: uncommitted changes, and commits that are on no
/// other branch and no remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnsaved {
    /// The removal is refused.
    Refuse,
    /// The work is saved in a commit under `refs/ao/backup/`.
    Backup,
}

/// The result of a removal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// The full name of the ref that saves the work.
    pub backup: Option<String>,
    /// The last commit of the removed branch.
    pub branch: Option<Oid>,
    /// Why the branch was kept: it changed while its worktree was removed.
    pub kept: Option<String>,
}

/// The effect that a removal would have.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Verdict {
    /// Why nothing would be removed.
    pub refusal: Option<WorkspaceError>,
    /// True if only unsaved work prevents the removal, so that it would succeed with
    /// [`OnUnsaved::Backup`].
    pub yields: bool,
    /// The ignored files of the workspace, relative to its directory. They are removed and not
    /// backed up.
    pub ignored: Vec<PathBuf>,
}

/// A request to create the workspace of a restored session again.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Recreation<'a> {
    /// The directory of the previous workspace.
    pub path: &'a Path,
    /// The branch. It is created again if it no longer exists.
    pub branch: &'a str,
    /// The last recorded commit of the branch.
    pub head: Option<&'a Oid>,
    /// The session that owns it.
    pub session: SessionId,
}

impl<'a> Recreation<'a> {
    /// Requests the workspace of a session at a path, on a branch that exists.
    pub fn new(path: &'a Path, branch: &'a str, session: SessionId) -> Self {
        Self { path, branch, head: None, session }
    }

    /// Sets the commit at which a branch that no longer exists is created again.
    #[must_use]
    pub fn head(self, head: &'a Oid) -> Self {
        Self { head: Some(head), ..self }
    }
}

/// A linked worktree to remove.
pub(super) struct Target {
    pub git_dir: PathBuf,
    pub path: PathBuf,
    /// True if the directory is missing, but git still has its index and HEAD.
    pub missing: bool,
}

use std::path::{Path, PathBuf};

use super::WorkspaceError;
use crate::model::{Oid, SessionId};

/// Which workspace is to go.
#[derive(Debug, Clone, Copy)]
pub struct Removal<'a> {
    /// Its folder; None where only a branch is to go.
    pub path: Option<&'a Path>,
    /// The branch that goes with it; None where none does.
    pub branch: Option<&'a str>,
    /// Whose it is: another one's worktree is not removed. A backup is named after it.
    pub session: SessionId,
    /// What happens to work that would be lost.
    pub on_unsaved: OnUnsaved,
    /// The files that git ignores of which it is known that they go, as [`Verdict`] has them; None
    /// where any may go.
    pub ignored: Option<&'a [PathBuf]>,
}

/// What happens to work that is nowhere else: what is not committed, and commits that are on no
/// other branch and on no remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnsaved {
    /// Nothing is removed.
    Refuse,
    /// It is kept in a commit under `refs/ao/backup/`.
    Backup,
}

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// The full name of the ref that keeps what would have been lost.
    pub backup: Option<String>,
    /// Where the branch was that was removed.
    pub branch: Option<Oid>,
    /// Why the branch that was to go is still there: what became of it while its worktree went.
    pub kept: Option<String>,
}

/// What a removal would come to.
#[derive(Debug)]
pub struct Verdict {
    /// Why nothing would be removed.
    pub refusal: Option<WorkspaceError>,
    /// It is refused for the work in it alone, and would be done with [`OnUnsaved::Backup`].
    pub yields: bool,
    /// What git ignores in the workspace: it goes, and no backup has it. Relative to its folder.
    pub ignored: Vec<PathBuf>,
}

/// What a session that comes back needs.
#[derive(Debug, Clone, Copy)]
pub struct Recreation<'a> {
    /// Where its workspace was.
    pub path: &'a Path,
    /// Its branch. Where it is gone, it is made again.
    pub branch: &'a str,
    /// The last commit that was seen on the branch.
    pub head: Option<&'a Oid>,
    /// Whose it is.
    pub session: SessionId,
}

/// A linked worktree that is to go.
pub(super) struct Target {
    pub git_dir: PathBuf,
    pub path: PathBuf,
    /// Its folder is gone already; git still knows its index and HEAD.
    pub missing: bool,
}

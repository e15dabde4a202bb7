use std::path::{Path, PathBuf};

use super::Operation;
use crate::model::SessionId;

/// What to look at, and what is expected there.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedWorktree<'a> {
    /// The folder of the workspace.
    pub path: &'a Path,
    /// The branch that should be checked out; None where any will do.
    pub branch: Option<&'a str>,
}

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What is there and on which branch: a few small files are read. Only where refs are not kept
    /// in files git is asked, once for all.
    Place,
    /// Also what is not committed and how far the upstream is: one `git status` each.
    Changes,
}

/// What a workspace is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceState {
    /// Whether one can work in it.
    pub condition: Condition,
    /// The branch it is on, or will come back to when the rebase or bisect ends.
    pub branch: Option<String>,
    /// The reason if it is locked; may be empty.
    pub locked: Option<String>,
    /// What is not committed; None where it was not looked at.
    pub changes: Option<Changes>,
    /// How it stands to its upstream, where it has one and that was looked at.
    pub upstream: Option<Divergence>,
}

/// Whether one can work in a workspace, or what is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A worktree of this repository, on the branch that is expected.
    Ready,
    /// Nothing is there, or an empty folder, and git knows of nothing there.
    Missing,
    /// Nothing is there, or an empty folder, but git still knows a worktree there.
    Prunable,
    /// Something is there that is no top of a worktree: a file, a folder inside a repository, a
    /// git directory, a worktree that has lost its `.git`.
    NotAWorktree,
    /// It belongs to the repository with this git directory.
    Foreign(PathBuf),
    /// It is another session's.
    Another(SessionId),
    /// It was a worktree of this repository, which does not know it there: copied, moved by hand,
    /// or pruned.
    Unregistered,
    /// It is on this branch instead.
    WrongBranch(String),
    /// It is on no branch.
    Detached,
    /// Git is in the middle of something.
    Busy(Operation),
    /// Git cannot read it, and says this.
    Unreadable(String),
}

/// How many paths are not committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Changed between HEAD and the index.
    pub staged: usize,
    /// Changed between the index and the files, inside submodules too.
    pub unstaged: usize,
    /// Neither tracked nor ignored; a folder of such files counts once.
    pub untracked: usize,
    /// With conflicts.
    pub conflicted: usize,
}

/// How many commits only one side has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Divergence {
    /// Only this side.
    pub ahead: u64,
    /// Only the other side.
    pub behind: u64,
}

impl Changes {
    /// True when everything is committed.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

impl WorkspaceState {
    pub(super) fn of(condition: Condition) -> Self {
        Self { condition, branch: None, locked: None, changes: None, upstream: None }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ready => f.write_str("ready"),
            Self::Missing => f.write_str("missing"),
            Self::Prunable => f.write_str("missing, but still registered"),
            Self::NotAWorktree => f.write_str("not a worktree"),
            Self::Foreign(dir) => write!(f, "part of another repository, '{}'", dir.display()),
            Self::Another(id) => write!(f, "the worktree of session {}", id.short()),
            Self::Unregistered => f.write_str("not registered as a worktree"),
            Self::WrongBranch(name) => write!(f, "on branch '{name}'"),
            Self::Detached => f.write_str("on no branch"),
            Self::Busy(operation) => write!(f, "in the middle of a {operation}"),
            Self::Unreadable(message) => write!(f, "unreadable: {message}"),
        }
    }
}

impl std::fmt::Display for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            (self.staged, "staged"),
            (self.unstaged, "unstaged"),
            (self.untracked, "untracked"),
            (self.conflicted, "with conflicts"),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, word)| format!("{count} {word}")).collect();
        f.write_str(if parts.is_empty() { "clean" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

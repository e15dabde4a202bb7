use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::model::SessionId;

/// The path of a workspace to inspect, and its expected branch.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ExpectedWorktree<'a> {
    /// The directory of the workspace.
    pub path: &'a Path,
    /// The expected branch; None if any branch is fine.
    pub branch: Option<&'a str>,
}

impl<'a> ExpectedWorktree<'a> {
    /// Expects a worktree in this directory, on any branch.
    pub fn new(path: &'a Path) -> Self {
        Self { path, branch: None }
    }

    /// Expects this branch.
    #[must_use]
    pub fn branch(self, branch: &'a str) -> Self {
        Self { branch: Some(branch), ..self }
    }
}

/// How much to inspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The condition and the branch, from a few small files. Git is run only if refs are not stored
    /// in files, once for all places.
    Place,
    /// Also uncommitted changes and the divergence from the upstream, with one `git status` each.
    Changes,
}

/// The state of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkspaceState {
    /// Whether the workspace is usable.
    pub condition: Condition,
    /// The current branch, or the branch to which a rebase or bisect returns.
    pub branch: Option<String>,
    /// The reason if it is locked; may be empty.
    pub locked: Option<String>,
    /// The uncommitted changes; None if they were not inspected.
    pub changes: Option<Changes>,
    /// The divergence from the upstream; None if there is no upstream or it was not inspected.
    pub upstream: Option<Divergence>,
}

/// Whether a workspace is usable, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// A worktree of this repository, on the expected branch.
    Ready,
    /// The directory is missing or empty, and git has no worktree registered there.
    Missing,
    /// The directory is missing or empty, but git still has a worktree registered there.
    Prunable,
    /// The path is not the top of a worktree: a file, a directory inside a repository, a git
    /// directory, or a worktree without its `.git`.
    NotAWorktree,
    /// The worktree belongs to the repository with this git directory.
    Foreign(PathBuf),
    /// The worktree belongs to another session.
    Another(SessionId),
    /// A former worktree of this repository that is not registered at this path: it was copied,
    /// moved by hand, or pruned.
    Unregistered,
    /// The worktree is on this branch instead.
    WrongBranch(String),
    /// HEAD is detached.
    Detached,
    /// A git operation is in progress.
    Busy(Operation),
    /// Git cannot read the worktree, with this message.
    Unreadable(String),
}

/// The number of paths with uncommitted changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Paths that differ between HEAD and the index.
    pub staged: usize,
    /// Paths that differ between the index and the files, including submodules.
    pub unstaged: usize,
    /// Untracked paths that are not ignored; a directory counts once.
    pub untracked: usize,
    /// Paths with conflicts.
    pub conflicted: usize,
}

/// The number of commits that only one side has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// Commits of this side only.
    pub ahead: u64,
    /// Commits of the other side only.
    pub behind: u64,
}

impl Changes {
    /// Returns true if there are no uncommitted changes.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// The text that git keeps in `locked` while it creates a worktree (builtin/worktree.c).
pub(super) const INITIALIZING: &str = "initializing";

impl WorkspaceState {
    /// Returns true while git makes the worktree, which it locks for that.
    pub fn is_being_made(&self) -> bool {
        self.locked.as_deref() == Some(INITIALIZING)
    }

    /// Creates the state of a workspace with only a known condition.
    pub fn new(condition: Condition) -> Self {
        Self { condition, branch: None, locked: None, changes: None, upstream: None }
    }
}

impl Condition {
    /// Returns a stable name for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Missing => "missing",
            Self::Prunable => "prunable",
            Self::NotAWorktree => "not_a_worktree",
            Self::Foreign(_) => "foreign",
            Self::Another(_) => "another_session",
            Self::Unregistered => "unregistered",
            Self::WrongBranch(_) => "wrong_branch",
            Self::Detached => "detached",
            Self::Busy(_) => "busy",
            Self::Unreadable(_) => "unreadable",
        }
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

use std::path::PathBuf;

use crate::model::{ErrorKind, Oid, Recovery, SessionId};
use crate::workspace::{Condition, WorkspaceError};

/// A session has no worktree that its agent can work in. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionWorktreeError {
    /// The session has no worktree in this clone.
    #[error("session {} has no worktree in this clone", .0.short())]
    Missing(SessionId),
    /// The directory is not a worktree that the agent can work in.
    #[error("{}'{}' is {condition}", prefix(condition), path.display())]
    NotUsable {
        /// The session.
        id: SessionId,
        /// The path.
        path: PathBuf,
        /// The condition of the directory.
        condition: Condition,
    },
    /// The worktree in the record belongs to another session.
    #[error("'{}' is not a worktree of session {}", path.display(), id.short())]
    NotItsOwn {
        /// The session.
        id: SessionId,
        /// The worktree.
        path: PathBuf,
    },
    /// The directory in the place of the session's worktree is not marked as the session's. An
    /// interrupted restore may have left it.
    #[error("'{}' is not marked as the worktree of session {}", path.display(), id.short())]
    Unfinished {
        /// The session.
        id: SessionId,
        /// The worktree.
        path: PathBuf,
        /// The command that removes it, or shows what is in it.
        way_out: String,
    },
    /// The session cannot work in the worktree in which its branch is checked out.
    #[error("the worktree '{}' is {condition}", path.display())]
    NotFree {
        /// The worktree.
        path: PathBuf,
        /// Its condition.
        condition: Condition,
        /// The branch.
        branch: String,
    },
    /// Another session works in the session's worktree.
    #[error("session {} works in '{}'", to.short(), path.display())]
    Lent {
        /// The worktree.
        path: PathBuf,
        /// That session.
        to: SessionId,
    },
    /// The session's branch is checked out in another worktree.
    #[error("{source}")]
    BranchInUse {
        /// The session.
        id: SessionId,
        /// The branch, and where it is checked out.
        source: WorkspaceError,
    },
    /// The session has no branch, so no worktree can be created for it.
    #[error("session {} has no branch", .0.short())]
    NoBranch(SessionId),
    /// The branch that is checked out in the worktree was deleted.
    #[error("the branch '{branch}' of its worktree no longer exists")]
    BranchGone {
        /// The branch.
        branch: String,
        /// The branch's last recorded commit.
        head: Option<Oid>,
    },
    /// Neither the session's branch nor its last commit is in this clone.
    #[error("neither the branch '{branch}' of session {} nor its last commit is in this clone", id.short())]
    CommitsMissing {
        /// The session.
        id: SessionId,
        /// The branch.
        branch: String,
        /// The commit with which it was landed, if that is in this clone.
        landed: Option<Oid>,
    },
    /// The session's changes cannot be determined, because the commit from which it started is
    /// missing.
    #[error("session {} started at {}, which is not in this clone", id.short(), start.short())]
    StartMissing {
        /// The session.
        id: SessionId,
        /// The commit.
        start: Oid,
    },
}

impl SessionWorktreeError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing(_)
            | Self::NoBranch(_)
            | Self::BranchGone { .. }
            | Self::CommitsMissing { .. }
            | Self::StartMissing { .. } => ErrorKind::NotFound,
            Self::NotUsable { .. }
            | Self::NotItsOwn { .. }
            | Self::NotFree { .. }
            | Self::Lent { .. }
            | Self::Unfinished { .. } => ErrorKind::Refused,
            Self::BranchInUse { source, .. } => source.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Returns the prefix of the message. In some conditions the worktree exists.
fn prefix(condition: &Condition) -> &'static str {
    match condition {
        Condition::WrongBranch(_) | Condition::Detached | Condition::Busy(_) => "the worktree ",
        _ => "worktree missing: ",
    }
}

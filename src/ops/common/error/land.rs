use std::path::{Path, PathBuf};

use crate::model::{ErrorKind, Oid, Recovery, SessionId};
use crate::workspace::Changes;

/// How conflicts can be resolved in the session's worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictRemedy {
    /// By merging the base.
    Merge {
        /// True if git records resolutions, and uses them there (rerere).
        has_rerere: bool,
    },
    /// By a rebase.
    Rebase {
        /// The worktree.
        path: Option<PathBuf>,
        /// The commit after which the session's own commits begin, if the base does not contain it.
        start: Option<Oid>,
    },
    /// They are resolved, in a merge that a rebase would drop.
    Merged {
        /// The session's branch, which has the merge.
        branch: String,
    },
}

/// The work of a session cannot be landed. Everything is as it was, unless the error says
/// otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LandError {
    /// The record names no base branch.
    #[error("session {} has no base branch", .0.short())]
    NoBase(SessionId),
    /// The branch to land in does not exist.
    #[error("there is no branch '{name}' to land in")]
    BaseGone {
        /// Its name.
        name: String,
        /// The branch that may be meant, or that may replace it.
        near: Option<String>,
    },
    /// The session works on the base branch itself.
    #[error("session {} works on '{branch}' itself", id.short())]
    OnBase {
        /// The session.
        id: SessionId,
        /// The branch.
        branch: String,
    },
    /// The session has no commits.
    #[error("session {} has no commits that are not in '{into}'", id.short())]
    NoCommits {
        /// The session.
        id: SessionId,
        /// The base branch.
        into: String,
    },
    /// The session was landed before.
    #[error("session {} is already merged", .0.short())]
    Already(SessionId),
    /// The session's worktree has changes that are not committed.
    #[error("'{}' has uncommitted changes: {changes}", path.display())]
    Uncommitted {
        /// The worktree.
        path: PathBuf,
        /// The changes, counted.
        changes: Changes,
    },
    /// The session's agent is at work.
    #[error("the agent of {} ({title}) {}", id.short(), match asks {
        true => "asks something",
        false => "is still running",
    })]
    AtWork {
        /// The session.
        id: SessionId,
        /// Its title.
        title: String,
        /// True if it waits for an answer.
        asks: bool,
    },
    /// A worktree cannot be used now.
    #[error("'{}' is {state}", path.display())]
    NotReady {
        /// The worktree.
        path: PathBuf,
        /// What it is.
        state: String,
    },
    /// Staged changes would become part of the landed commit.
    #[error("'{}' has staged changes", .0.display())]
    Staged(PathBuf),
    /// The work and the base conflict.
    #[error("conflicts with '{into}': {}", files.join(", "))]
    Conflicts {
        /// The session.
        id: SessionId,
        /// The base branch.
        into: String,
        /// The files.
        files: Vec<String>,
        /// How they can be resolved.
        remedy: ConflictRemedy,
    },
    /// Files in the worktree where the base is checked out would be overwritten.
    #[error("changes in '{}' are in the way: {}", path.display(), files.join(", "))]
    InTheWay {
        /// The worktree.
        path: PathBuf,
        /// The files, or the first of them.
        files: Vec<String>,
    },
    /// The work and the base have no common history.
    #[error("'{branch}' and '{into}' have no common history")]
    Unrelated {
        /// The session's branch.
        branch: String,
        /// The base branch.
        into: String,
    },
    /// In this shallow clone, the history of the work ends before it meets that of the base. Git
    /// would attribute all content of the oldest commit to the session.
    #[error("the histories of '{branch}' and '{into}' do not meet in this shallow clone")]
    Shallow {
        /// The session's branch.
        branch: String,
        /// The base branch.
        into: String,
    },
    /// The base does not contain the commit at which the session began, because it was reset or
    /// rewritten, or is another branch. Landing the branch would bring that commit, too.
    #[error("'{into}' does not contain {}, the commit where session {} began", start.short(),
        id.short())]
    Lost {
        /// The session.
        id: SessionId,
        /// The base branch.
        into: String,
        /// The worktree in which that branch is checked out.
        place: Option<PathBuf>,
        /// The commit.
        start: Oid,
        /// True if the clone is shallow, so that the history may only be incomplete.
        is_shallow: bool,
    },
    /// The base has commits that the work does not build on.
    #[error("'{0}' has diverged; a fast-forward is not possible")]
    Diverged(String),
    /// Git or one of its hooks refused.
    #[error("git {verb}{} refused: {words}", at(place.as_deref()))]
    Refused {
        /// The git command.
        verb: &'static str,
        /// The worktree, if it is not a temporary one.
        place: Option<PathBuf>,
        /// What was said.
        words: String,
    },
    /// Git failed, and its changes could not be undone.
    #[error("git {verb} failed, and '{}' could not be restored: {words}", path.display())]
    NotUndone {
        /// The git command.
        verb: &'static str,
        /// The worktree.
        path: PathBuf,
        /// What was said.
        words: String,
    },
    /// The base is merged in the session's worktree, but not committed: git had resolved the same
    /// conflicts before, or a hook refused.
    #[error("'{}' has a merge that is not committed: {words}", path.display())]
    NotCommitted {
        /// The worktree.
        path: PathBuf,
        /// What was said.
        words: String,
    },
    /// The base moved in the meantime.
    #[error("'{0}' was moved in the meantime")]
    Moved(String),
    /// Git is too old to merge without a worktree.
    #[error("this needs git 2.38 or later (git merge-tree --write-tree)")]
    OldGit,
}

impl LandError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoBase(_) | Self::BaseGone { .. } => ErrorKind::NotFound,
            Self::OldGit => ErrorKind::Environment,
            _ => ErrorKind::Refused,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

fn at(place: Option<&Path>) -> String {
    place.map(|place| format!(" in '{}'", place.display())).unwrap_or_default()
}

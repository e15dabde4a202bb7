use std::io;
use std::path::PathBuf;

use super::{Changes, Condition};
use crate::git::{GitError, LockError, RefError};
use crate::model::SessionId;

/// Why a workspace cannot be had, or is not removed.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// Something else is where it would be.
    #[error("'{0}' already exists")]
    PathTaken(PathBuf),
    /// A worktree was there, and git still knows it.
    #[error("'{path}' is missing, but still registered as a worktree{}", suffix(locked))]
    Registered {
        /// Where.
        path: PathBuf,
        /// The reason if it is locked; may be empty.
        locked: Option<String>,
    },
    /// No branch can have this name.
    #[error("'{0}' is not a valid branch name")]
    InvalidBranch(String),
    /// A new branch has the name of one that is there.
    #[error("a branch named '{0}' already exists")]
    BranchExists(String),
    /// Git cannot have a branch `a` and a branch `a/b`.
    #[error("cannot create branch '{name}': branch '{by}' exists")]
    BranchBlocked {
        /// The new one.
        name: String,
        /// The one that is there.
        by: String,
    },
    /// The branch is gone.
    #[error("no branch named '{0}'")]
    BranchMissing(String),
    /// Somebody moved the branch after it was looked at.
    #[error("branch '{0}' has moved in the meantime")]
    BranchMoved(String),
    /// Git lets a branch be checked out, or rebased, in one worktree only.
    #[error("branch '{name}' is already used by worktree at '{path}'")]
    BranchInUse {
        /// Which.
        name: String,
        /// The other worktree.
        path: PathBuf,
    },
    /// What it would begin at is no commit in this repository.
    #[error("'{0}' is not a commit in this repository")]
    BaseMissing(String),
    /// Git takes every worktree of this repository for bare.
    #[error("core.bare is set for all worktrees of '{0}'")]
    BareForAll(PathBuf),
    /// HEAD is no ref and no commit.
    #[error("'{0}' names neither a branch nor a commit")]
    BrokenHead(PathBuf),
    /// The repository has no commit that a branch could begin at.
    #[error("branch '{0}' has no commits yet")]
    Unborn(String),
    /// Neither a setting nor HOME says where worktrees go.
    #[error("no home directory: HOME is not set")]
    NoHome,
    /// Records are UTF-8.
    #[error("'{}' is not UTF-8 and cannot be stored in a record", .0.display())]
    NotUtf8(PathBuf),
    /// A path that says nothing on its own, or leads elsewhere.
    #[error("'{}' is neither absolute nor starts with '~/'", .0.escape_debug())]
    NotAPlace(String),
    /// This is no workspace, or not one that can be removed now.
    #[error("cannot remove '{path}': it is {condition}")]
    NotRemovable {
        /// Where.
        path: PathBuf,
        /// What it is.
        condition: Condition,
    },
    /// The main worktree is never removed.
    #[error("'{0}' is the main worktree")]
    MainWorktree(PathBuf),
    /// It is a worktree, and does not say that it is this session's.
    #[error("'{path}' is not a worktree of session {}", session.short())]
    NotItsOwn {
        /// Where.
        path: PathBuf,
        /// The session.
        session: SessionId,
    },
    /// It is not there, and neither is the folder that it was in.
    #[error("'{0}' cannot be reached: it was moved, or its disk is not mounted")]
    OutOfReach(PathBuf),
    /// A git process is at work in it, or died there.
    #[error("git is running in the worktree, or crashed there: '{0}' exists")]
    InUse(PathBuf),
    /// Another file system begins in it.
    #[error("something is mounted at '{0}'")]
    Mounted(PathBuf),
    /// Somebody wrote into it after it was looked at.
    #[error("'{0}' changed in the meantime")]
    Changed(PathBuf),
    /// Somebody locked it, for as long as it takes.
    #[error("'{path}' is locked{}{reason}", if reason.is_empty() { "" } else { ": " })]
    Locked {
        /// Where.
        path: PathBuf,
        /// Why; may be empty.
        reason: String,
    },
    /// Something in it is not committed.
    #[error("'{path}' has uncommitted changes: {changes}")]
    Dirty {
        /// Where.
        path: PathBuf,
        /// How many.
        changes: Changes,
    },
    /// It holds commits that are on no other branch and no remote.
    #[error("{what} has {count} {} on no other branch and no remote",
        if *count == 1 { "commit that is" } else { "commits that are" })]
    Unmerged {
        /// A branch or a path, as it is shown.
        what: String,
        /// How many commits.
        count: u64,
    },
    /// A submodule holds what no commit of this repository can keep.
    #[error("submodule '{path}' has {why}")]
    Submodule {
        /// Where.
        path: PathBuf,
        /// What it has.
        why: &'static str,
    },
    /// A repository in the worktree would be lost; no commit of this one can keep it.
    #[error("'{0}' is a separate repository")]
    NestedRepository(PathBuf),
    /// Another worktree in the worktree would be lost.
    #[error("'{0}' is a separate worktree")]
    NestedWorktree(PathBuf),
    /// A file or folder could not be read or written.
    #[error("cannot {act} '{path}'")]
    Io {
        /// `write`, `create` and so on.
        act: &'static str,
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Somebody else removes something, and does not come to an end.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A ref cannot be read.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl WorkspaceError {
    /// What the reader can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::BareForAll(dir) => Some(format!(
                "to set it for the repository alone:\n  \
                 git -C '{0}' config --worktree core.bare true &&\n  \
                 git -C '{0}' config --local --unset core.bare",
                dir.display()
            )),
            Self::PathTaken(_) => Some("move it away first".to_owned()),
            Self::BranchExists(_) => Some("choose another name with --branch".to_owned()),
            Self::Registered { path, locked: None } => {
                Some(format!("to unregister it: git worktree remove '{}'", path.display()))
            }
            Self::Registered { path, locked: Some(_) } => {
                Some(format!("if it is gone for good: git worktree unlock '{}'", path.display()))
            }
            Self::BranchBlocked { by, .. } => Some(format!(
                "rename '{by}', or choose another name with --branch or ao.branchPrefix"
            )),
            Self::Locked { path, .. } => {
                Some(format!("to unlock it: git worktree unlock '{}'", path.display()))
            }
            Self::Dirty { .. } | Self::Unmerged { .. } => {
                Some("to remove it after a backup under refs/ao/backup/, use --force".to_owned())
            }
            Self::Submodule { .. } => Some("commit and push there first".to_owned()),
            Self::NestedRepository(_) => Some("move it elsewhere first".to_owned()),
            Self::NestedWorktree(path) => {
                Some(format!("git worktree move '{}' <elsewhere>", path.display()))
            }
            Self::OutOfReach(path) => Some(format!(
                "if it was moved: git worktree repair <new path>\n\
                 if it is gone for good: git worktree remove '{}'",
                path.display()
            )),
            Self::InUse(lock) => {
                Some(format!("if no git is running there: rm '{}'", lock.display()))
            }
            Self::Changed(_) => Some("inspect the changes, and run the command again".to_owned()),
            Self::BranchMissing(name) => Some(format!(
                "if another clone has it: git fetch <remote> {name}:{name}\n\
                 otherwise create it: git branch {name} <commit>"
            )),
            Self::BranchInUse { path, .. } => Some(format!(
                "to free it there: git -C '{}' switch --detach\n\
                 to continue on a separate branch: git ao fork",
                path.display()
            )),
            Self::Unborn(_) => {
                Some("to create one: git commit --allow-empty -m 'Initial commit'".to_owned())
            }
            Self::NoHome => Some(
                "to set the directory for worktrees: git config ao.worktreeDir <path>".to_owned(),
            ),
            _ => None,
        }
    }
}

fn suffix(locked: &Option<String>) -> String {
    match locked.as_deref() {
        None => String::new(),
        Some("") => " and it is locked".to_owned(),
        Some(reason) => format!(" and it is locked: {reason}"),
    }
}

use std::io;
use std::path::PathBuf;

use super::{Changes, Condition};
use crate::git::{GitError, Held, LockError, RefError};
use crate::model::{ErrorKind, Recovery, SessionId, shell_name, shell_path};

/// Why a workspace cannot be created, used or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// The path is already taken.
    #[error("'{0}' already exists")]
    PathTaken(PathBuf),
    /// The worktree is missing, but still registered.
    #[error("'{path}' is missing, but still registered as a worktree{}", suffix(locked))]
    Registered {
        /// The path.
        path: PathBuf,
        /// The reason if the worktree is locked; may be empty.
        locked: Option<String>,
    },
    /// The branch name is not valid.
    #[error("'{0}' is not a valid branch name")]
    InvalidBranch(String),
    /// A branch with this name already exists.
    #[error("a branch named '{0}' already exists")]
    BranchExists(String),
    /// Git cannot have a branch `a` and a branch `a/b`.
    #[error("cannot create branch '{name}': branch '{by}' exists")]
    BranchBlocked {
        /// The new branch.
        name: String,
        /// The existing branch.
        by: String,
    },
    /// The branch no longer exists.
    #[error("no branch named '{0}'")]
    BranchMissing(String),
    /// No branch has this name, neither here nor on a remote.
    #[error("no branch named '{name}', neither here nor on a remote")]
    NoSuchBranch {
        /// The name.
        name: String,
        /// A branch with a similar name.
        near: Option<String>,
        /// Whether something else has the name: a tag, or a commit.
        is_commit: bool,
    },
    /// Several remotes have a branch of this name.
    #[error("several remotes have a branch named '{0}': {list}", list = .1.join(", "))]
    OnSeveralRemotes(String, Vec<String>),
    /// A local branch of that name exists, but tracks another branch or none.
    #[error("branch '{name}' already exists and does not track '{upstream}'")]
    NotTracking {
        /// The local branch.
        name: String,
        /// The branch of the remote.
        upstream: String,
    },
    /// The branch was updated after it was checked.
    #[error("branch '{0}' has moved in the meantime")]
    BranchMoved(String),
    /// Git lets a branch be checked out, or rebased, in one worktree only.
    #[error("branch '{name}' is already used by worktree at '{path}'")]
    BranchInUse {
        /// The branch.
        name: String,
        /// The other worktree.
        path: PathBuf,
    },
    /// The starting point is not a commit in this repository.
    #[error("'{0}' is not a commit in this repository")]
    BaseMissing(String),
    /// core.bare is set for all worktrees of this repository.
    #[error("core.bare is set for all worktrees of '{0}'")]
    BareForAll(PathBuf),
    /// HEAD is neither a ref nor a commit.
    #[error("'{0}' names neither a branch nor a commit")]
    BrokenHead(PathBuf),
    /// The current branch has no commits yet.
    #[error("branch '{0}' has no commits yet")]
    Unborn(String),
    /// Neither `ao.worktreeDir` nor HOME is set.
    #[error("no home directory: HOME is not set")]
    NoHome,
    /// The path is not UTF-8, as records require.
    #[error("'{}' is not UTF-8 and cannot be stored in a record", .0.display())]
    NotUtf8(PathBuf),
    /// The path is neither absolute nor relative to the home directory.
    #[error("'{}' is neither absolute nor starts with '~/'", .0.escape_debug())]
    NotAPlace(String),
    /// The directory is not a workspace, or cannot be removed in its present condition.
    #[error("cannot remove '{path}': it is {condition}")]
    NotRemovable {
        /// The path.
        path: PathBuf,
        /// Its condition.
        condition: Condition,
    },
    /// The main worktree is never removed.
    #[error("'{0}' is the main worktree")]
    MainWorktree(PathBuf),
    /// The worktree does not carry this session's mark.
    #[error("'{path}' is not a worktree of session {}", session.short())]
    NotItsOwn {
        /// The path.
        path: PathBuf,
        /// The session.
        session: SessionId,
    },
    /// Neither the worktree nor its parent directory exists.
    #[error("'{0}' cannot be reached: it was moved, or its disk is not mounted")]
    OutOfReach(PathBuf),
    /// A git process is running in the worktree, or crashed there.
    #[error("git is running in the worktree, or crashed there: {0}")]
    InUse(Held),
    /// Another file system is mounted in the worktree.
    #[error("something is mounted at '{0}'")]
    Mounted(PathBuf),
    /// The worktree changed after it was checked.
    #[error("'{0}' changed in the meantime")]
    Changed(PathBuf),
    /// Part of the worktree is gone, and the rest stayed.
    #[error("'{path}' was left incomplete{}", match backup {
        Some(name) => format!("; its unsaved work is in '{name}'"),
        None => String::new(),
    })]
    Incomplete {
        /// The path.
        path: PathBuf,
        /// The ref that saves the work that was saved nowhere else.
        backup: Option<String>,
        /// Why the rest stayed.
        #[source]
        source: Box<WorkspaceError>,
    },
    /// The worktree is locked.
    #[error("'{path}' is locked{}{reason}", if reason.is_empty() { "" } else { ": " })]
    Locked {
        /// The path.
        path: PathBuf,
        /// The reason; may be empty.
        reason: String,
    },
    /// The worktree has uncommitted changes.
    #[error("'{path}' has uncommitted changes: {changes}")]
    Dirty {
        /// The path.
        path: PathBuf,
        /// The changes, counted.
        changes: Changes,
    },
    /// There are commits that are on no other branch and no remote.
    #[error("{what} has {count} {} on no other branch and no remote",
        if *count == 1 { "commit that is" } else { "commits that are" })]
    Unmerged {
        /// A branch or a path, as displayed.
        what: String,
        /// The number of commits.
        count: u64,
    },
    /// A submodule has work that a commit of this repository cannot save.
    #[error("submodule '{path}' has {why}")]
    Submodule {
        /// The path.
        path: PathBuf,
        /// The kind of work.
        why: &'static str,
    },
    /// The worktree contains another repository, which a commit cannot save.
    #[error("'{0}' is a separate repository")]
    NestedRepository(PathBuf),
    /// The worktree contains another worktree.
    #[error("'{0}' is a separate worktree")]
    NestedWorktree(PathBuf),
    /// A file or directory could not be read or written.
    #[error("cannot {act} '{path}'")]
    Io {
        /// `write`, `create` and so on.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Another process holds the lock for removals.
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
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::PathTaken(_)
            | Self::Registered { .. }
            | Self::BranchExists(_)
            | Self::NotTracking { .. }
            | Self::BranchBlocked { .. } => ErrorKind::Exists,
            Self::OnSeveralRemotes(..) => ErrorKind::Ambiguous,
            Self::NoSuchBranch { .. }
            | Self::BranchMissing(_)
            | Self::BaseMissing(_)
            | Self::OutOfReach(_) => ErrorKind::NotFound,
            Self::InvalidBranch(_) | Self::NotUtf8(_) | Self::NotAPlace(_) => ErrorKind::Invalid,
            Self::BareForAll(_) | Self::NoHome => ErrorKind::Environment,
            Self::BranchInUse { .. }
            | Self::BrokenHead(_)
            | Self::Unborn(_)
            | Self::NotRemovable { .. }
            | Self::MainWorktree(_)
            | Self::NotItsOwn { .. }
            | Self::Mounted(_)
            | Self::Locked { .. }
            | Self::Dirty { .. }
            | Self::Unmerged { .. }
            | Self::Submodule { .. }
            | Self::NestedRepository(_)
            | Self::NestedWorktree(_) => ErrorKind::Refused,
            Self::BranchMoved(_) | Self::Changed(_) | Self::InUse(_) => ErrorKind::Contended,
            Self::Incomplete { source, .. } => source.kind(),
            Self::Io { source, .. } => source.into(),
            Self::Lock(error) => error.kind(),
            Self::Ref(error) => error.kind(),
            Self::Git(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl WorkspaceError {
    /// Returns a hint for the user.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::BareForAll(dir) => Some(format!(
                "to set it for the repository alone:\n  \
                 git -C {0} config --worktree core.bare true &&\n  \
                 git -C {0} config --local --unset core.bare",
                shell_path(dir)
            )),
            Self::PathTaken(_) => Some("move it away first".to_owned()),
            Self::BranchExists(_) => Some("choose another name with --branch".to_owned()),
            Self::Registered { path, locked: None } => {
                Some(format!("to unregister it: git worktree remove {}", shell_path(path)))
            }
            Self::Registered { path, locked: Some(_) } => {
                Some(format!("if it is gone for good: git worktree unlock {}", shell_path(path)))
            }
            Self::BranchBlocked { by, .. } => Some(format!(
                "rename '{by}', or choose another name with --branch or ao.branchPrefix"
            )),
            Self::Locked { path, .. } => {
                Some(format!("to unlock it: git worktree unlock {}", shell_path(path)))
            }
            Self::Dirty { .. } | Self::Unmerged { .. } => {
                Some("to remove it after a backup under refs/ao/backup/, use --force".to_owned())
            }
            Self::Submodule { .. } => Some("commit and push there first".to_owned()),
            Self::NestedRepository(_) => Some("move it elsewhere first".to_owned()),
            Self::NestedWorktree(path) => {
                Some(format!("git worktree move {} <elsewhere>", shell_path(path)))
            }
            Self::OutOfReach(path) => Some(format!(
                "if it was moved: git worktree repair <new path>\n\
                 if it is gone for good: git worktree remove {}",
                shell_path(path)
            )),
            Self::Incomplete { source, .. } => source.hint(),
            Self::InUse(lock) => Some(lock.hint()),
            Self::Lock(error) => error.hint(),
            Self::Changed(_) => Some("inspect the changes, and run the command again".to_owned()),
            Self::BranchMissing(name) => Some(format!(
                "if another clone has it: git fetch <remote> {}\n\
                 otherwise create it: git branch {} <commit>",
                shell_name(&format!("{name}:{name}")),
                shell_name(name)
            )),
            Self::NoSuchBranch { name, near, is_commit } => {
                Some(instead_of_branch(name, near.as_deref(), *is_commit))
            }
            Self::OnSeveralRemotes(name, remotes) => remotes.first().map(|remote| {
                format!("name the remote: --on {}", shell_name(&format!("{remote}/{name}")))
            }),
            Self::NotTracking { name, upstream } => Some(format!(
                "to work on the local branch, use --on {0}\n\
                 to make it track '{1}': git branch --set-upstream-to={1} {0}",
                shell_name(name),
                shell_name(upstream)
            )),
            Self::BranchInUse { path, .. } => {
                Some(format!("to free it there: git -C {} switch --detach", shell_path(path)))
            }
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

/// Returns what to do about a branch that does not exist.
fn instead_of_branch(name: &str, near: Option<&str>, is_commit: bool) -> String {
    let near = near.map(|near| format!("did you mean '{near}'?\n")).unwrap_or_default();
    let name = shell_name(name);
    match is_commit {
        true => format!("{near}to start a new branch at this commit, use --base {name}"),
        false => format!(
            "{near}if it was pushed: git fetch <remote>\n\
             to start a new branch, use --branch {name}"
        ),
    }
}

fn suffix(locked: &Option<String>) -> String {
    match locked.as_deref() {
        None => String::new(),
        Some("") => " and it is locked".to_owned(),
        Some(reason) => format!(" and it is locked: {reason}"),
    }
}

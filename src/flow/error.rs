use std::io;
use std::path::PathBuf;

use super::Lost;
use crate::agent::AgentError;
use crate::git::{GitError, LockError, RefError};
use crate::model::{Oid, SessionId, SessionStatus};
use crate::runtime::RuntimeError;
use crate::store::{StoreError, UndoError};
use crate::workspace::{Condition, WorkspaceError};

/// Why a verb did not do what it is for. Unless it says otherwise, nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// Another session works on this issue.
    #[error("session {} ('{title}') already works on issue '{issue}'", id.short())]
    IssueTaken {
        /// The issue.
        issue: String,
        /// The session that has it.
        id: SessionId,
        /// Its title.
        title: String,
    },
    /// The parent of a fork has neither a branch nor a commit any more.
    #[error("neither the branch nor the last commit of session {} exists any more", .0.short())]
    NothingToFork(SessionId),
    /// The program of an agent is not there.
    #[error("agent '{agent}' is not installed: there is no '{program}' on PATH")]
    NotInstalled {
        /// The agent.
        agent: String,
        /// Its program.
        program: String,
    },
    /// A session's agent runs already.
    #[error("session {} is running", .0.short())]
    Running(SessionId),
    /// Somebody else starts it, or cleans it up.
    #[error("session {} is being started or cleaned up by another process", .0.short())]
    Busy(SessionId),
    /// It may be running where nobody here can see it.
    #[error("session {} may be running on '{replica}'", id.short())]
    Elsewhere {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// It may be running in another clone, and cannot be stopped from here.
    #[error("session {} runs on '{replica}' and cannot be stopped from here", id.short())]
    OutOfReach {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// It is in another clone, and cannot be reached from here.
    #[error("session {} lives on '{replica}'", id.short())]
    Away {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// No agent was started for it.
    #[error("no agent was started for session {}", .0.short())]
    NotStarted(SessionId),
    /// Its agent runs no more.
    #[error("the agent of session {} is gone; the session is {status}", id.short())]
    AgentGone {
        /// The session.
        id: SessionId,
        /// What its record says.
        status: SessionStatus,
    },
    /// Its agent runs, but what keeps it alive cannot be asked for it.
    #[error("the agent of session {} is running{}, but cannot be reached", id.short(), as_process(*pid))]
    Unreachable {
        /// The session.
        id: SessionId,
        /// What looks after it, or the agent.
        pid: Option<u32>,
        /// Why not, where more is known than that it is not there.
        #[source]
        source: Option<RuntimeError>,
    },
    /// It was asked to end, and runs on.
    #[error("the agent of session {} is still running{}", id.short(), as_process(*pid))]
    NotStopped {
        /// The session.
        id: SessionId,
        /// What looks after it, or the agent.
        pid: Option<u32>,
    },
    /// It cannot be told whether it runs.
    #[error("cannot determine whether session {} is running", id.short())]
    Unknown {
        /// The session.
        id: SessionId,
        /// Why not.
        #[source]
        source: RuntimeError,
    },
    /// What has ended does not run.
    #[error("session {} is {status}", id.short())]
    HasEnded {
        /// The session.
        id: SessionId,
        /// How it ended.
        status: SessionStatus,
    },
    /// Only what is paused can be resumed.
    #[error("session {} is not paused: it is {status}", id.short())]
    NotPaused {
        /// The session.
        id: SessionId,
        /// What it is.
        status: SessionStatus,
    },
    /// What was merged is not taken up again.
    #[error("session {} is merged and cannot be restored", .0.short())]
    Merged(SessionId),
    /// Its agent has begun, and there is no conversation that it could go on with.
    #[error("session {} cannot be resumed: {lost}", id.short())]
    Lost {
        /// The session.
        id: SessionId,
        /// Why not.
        lost: Lost,
    },
    /// Somebody changed the session while it was being restored.
    #[error("session {} was changed in the meantime", .0.short())]
    Changed(SessionId),
    /// The session has no workspace in this clone.
    #[error("session {} has no worktree in this clone", .0.short())]
    NoWorkspace(SessionId),
    /// The folder is not a worktree that the agent could work in.
    #[error("{}'{}' is {condition}", prefix(condition), path.display())]
    NotUsable {
        /// Where.
        path: PathBuf,
        /// What is there.
        condition: Condition,
    },
    /// The worktree that its record names is not its own.
    #[error("'{}' is not a worktree of session {}", path.display(), id.short())]
    NotItsOwn {
        /// The session.
        id: SessionId,
        /// The worktree.
        path: PathBuf,
    },
    /// The session has no branch, so no worktree can be made for it.
    #[error("session {} has no branch", .0.short())]
    NoBranch(SessionId),
    /// The branch that is checked out in the worktree was deleted.
    #[error("the branch '{branch}' of its worktree no longer exists")]
    BranchGone {
        /// Which.
        branch: String,
        /// The last commit seen on it.
        head: Option<Oid>,
    },
    /// A folder that is needed cannot be made.
    #[error("cannot create '{}'", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file of a session cannot be read or removed.
    #[error("cannot {act} '{}'", path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// No event of this clone can be undone without naming it.
    #[error("nothing to undo: nobody has changed a session in this clone")]
    NothingToUndo,
    /// Its agent would lose its session.
    #[error("the agent of session {} is still running", .0.short())]
    StillRuns(SessionId),
    /// Only what has ended is deleted.
    #[error("session {} would be deleted, but has not ended: it is '{status}'", id.short())]
    NotEnded {
        /// The session.
        id: SessionId,
        /// What it is.
        status: SessionStatus,
    },
    /// An event is not undone.
    #[error(transparent)]
    Undo(UndoError),
    /// The agent.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// What keeps it alive.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Somebody pressed ^C, or asked the program to end.
    #[error("interrupted")]
    Interrupted,
    /// The worktree or its branch.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A ref.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl From<UndoError> for FlowError {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Store(error) => Self::Store(error),
            error => Self::Undo(error),
        }
    }
}

fn as_process(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

/// In some conditions it is there, and only not as it should be.
fn prefix(condition: &Condition) -> &'static str {
    match condition {
        Condition::WrongBranch(_) | Condition::Detached | Condition::Busy(_) => "the worktree ",
        _ => "worktree missing: ",
    }
}

/// Tells a long flow that it should stop and undo what it did.
pub struct Interrupt<'a>(&'a dyn Fn() -> bool);

impl<'a> Interrupt<'a> {
    /// Asks this function between steps.
    pub fn new(is_set: &'a dyn Fn() -> bool) -> Self {
        Self(is_set)
    }

    /// Never stops.
    pub const fn never() -> Interrupt<'static> {
        Interrupt(&|| false)
    }

    /// Whether it is time to stop.
    pub fn is_set(&self) -> bool {
        (self.0)()
    }

    /// # Errors
    /// When it is time to stop.
    pub fn check(&self) -> Result<(), FlowError> {
        if self.is_set() { Err(FlowError::Interrupted) } else { Ok(()) }
    }
}

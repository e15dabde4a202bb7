use std::io;
use std::path::PathBuf;

use crate::agent::AgentError;
use crate::git::{GitError, LockError, RefError};
use crate::model::{Oid, SessionId, SessionStatus};
use crate::ops::common::LostConversation;
use crate::runtime::RuntimeError;
use crate::store::{StoreError, UndoError};
use crate::workspace::{Condition, Progress, WorkspaceError};

/// Why a verb failed. Unless the variant says otherwise, nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpsError {
    /// Another session already works on this issue.
    #[error("session {} ('{title}') already works on issue '{issue}'", id.short())]
    IssueTaken {
        /// The issue.
        issue: String,
        /// That session.
        id: SessionId,
        /// Its title.
        title: String,
    },
    /// Neither the branch nor the last commit of a fork's parent exists any more.
    #[error("neither the branch nor the last commit of session {} exists any more", .0.short())]
    NothingToFork(SessionId),
    /// The agent's program is not installed.
    #[error("agent '{agent}' is not installed: there is no '{program}' on PATH")]
    NotInstalled {
        /// The agent.
        agent: String,
        /// The program.
        program: String,
    },
    /// The session's agent is already running.
    #[error("session {} is running", .0.short())]
    Running(SessionId),
    /// Another process is starting the session or cleaning it up.
    #[error("session {} is being started or cleaned up by another process", .0.short())]
    Busy(SessionId),
    /// The agent may be running in another clone.
    #[error("session {} may be running on '{replica}'", id.short())]
    Elsewhere {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// The agent may be running in another clone, and cannot be stopped from here.
    #[error("session {} runs on '{replica}' and cannot be stopped from here", id.short())]
    OutOfReach {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// The session lives in another clone, and cannot be reached from here.
    #[error("session {} lives on '{replica}'", id.short())]
    Away {
        /// The session.
        id: SessionId,
        /// The clone.
        replica: String,
    },
    /// No agent was started for the session.
    #[error("no agent was started for session {}", .0.short())]
    NotStarted(SessionId),
    /// The session's agent is no longer running.
    #[error("the agent of session {} is gone; the session is {status}", id.short())]
    AgentGone {
        /// The session.
        id: SessionId,
        /// The recorded status.
        status: SessionStatus,
    },
    /// The agent is running, but its runtime cannot be reached.
    #[error("the agent of session {} is running{}, but cannot be reached", id.short(), as_process(*pid))]
    Unreachable {
        /// The session.
        id: SessionId,
        /// The process of the supervisor or of the agent.
        pid: Option<u32>,
        /// The cause, if it is known.
        #[source]
        source: Option<RuntimeError>,
    },
    /// The agent did not stop when asked.
    #[error("the agent of session {} is still running{}", id.short(), as_process(*pid))]
    NotStopped {
        /// The session.
        id: SessionId,
        /// The process of the supervisor or of the agent.
        pid: Option<u32>,
    },
    /// It cannot be determined whether the agent is running.
    #[error("cannot determine whether session {} is running", id.short())]
    Unknown {
        /// The session.
        id: SessionId,
        /// The cause.
        #[source]
        source: RuntimeError,
    },
    /// The session has ended, so its agent is not running.
    #[error("session {} is {status}", id.short())]
    HasEnded {
        /// The session.
        id: SessionId,
        /// The final status.
        status: SessionStatus,
    },
    /// Only a paused session can be resumed.
    #[error("session {} is not paused: it is {status}", id.short())]
    NotPaused {
        /// The session.
        id: SessionId,
        /// The current status.
        status: SessionStatus,
    },
    /// A merged session cannot be restored.
    #[error("session {} is merged and cannot be restored", .0.short())]
    Merged(SessionId),
    /// The agent has started before, but its conversation cannot be resumed.
    #[error("session {} cannot be resumed: {lost}", id.short())]
    Lost {
        /// The session.
        id: SessionId,
        /// The cause.
        lost: LostConversation,
    },
    /// The session was changed while it was being restored.
    #[error("session {} was changed in the meantime", .0.short())]
    Changed(SessionId),
    /// The session has no worktree in this clone.
    #[error("session {} has no worktree in this clone", .0.short())]
    NoWorkspace(SessionId),
    /// The directory is not a worktree that the agent can work in.
    #[error("{}'{}' is {condition}", prefix(condition), path.display())]
    NotUsable {
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
    /// A directory at the place of the session's worktree does not name its session. An interrupted
    /// restore may have left it.
    #[error("'{}' is not marked as the worktree of session {}", path.display(), id.short())]
    Unfinished {
        /// The session.
        id: SessionId,
        /// The worktree.
        path: PathBuf,
        /// The command that removes it, or shows what is in it.
        way_out: String,
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
        /// Which.
        branch: String,
        /// The branch's last recorded commit.
        head: Option<Oid>,
    },
    /// A directory cannot be created.
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
        /// The attempted operation.
        act: &'static str,
        /// Which.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// No event of this clone can be undone by default.
    #[error("nothing to undo: nobody has changed a session in this clone")]
    NothingToUndo,
    /// The session would be deleted while its agent is running.
    #[error("the agent of session {} is still running", .0.short())]
    StillRuns(SessionId),
    /// Only an ended session can be deleted.
    #[error("session {} would be deleted, but has not ended: it is '{status}'", id.short())]
    NotEnded {
        /// The session.
        id: SessionId,
        /// The current status.
        status: SessionStatus,
    },
    /// The event cannot be undone.
    #[error(transparent)]
    Undo(UndoError),
    /// An agent cannot be used.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// A runtime failed.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A lock was not acquired.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The verb failed, but the new worktree was kept because it was changed in the meantime.
    #[error("{source}")]
    Kept {
        /// The failure.
        source: Box<OpsError>,
        /// The worktree.
        path: PathBuf,
    },
    /// The program was interrupted, for example by ^C.
    #[error("interrupted")]
    Interrupted,
    /// A worktree or its branch cannot be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A ref cannot be read or updated.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl From<UndoError> for OpsError {
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

/// The prefix of the message: in some conditions the worktree exists.
fn prefix(condition: &Condition) -> &'static str {
    match condition {
        Condition::WrongBranch(_) | Condition::Detached | Condition::Busy(_) => "the worktree ",
        _ => "worktree missing: ",
    }
}

/// Tells a long operation to stop and roll back, and shows its progress.
pub struct Interrupt<'a> {
    is_set: &'a dyn Fn() -> bool,
    progress: Option<Progress<'a>>,
}

impl<'a> Interrupt<'a> {
    /// Makes an interrupt from a function that is called between steps.
    pub fn new(is_set: &'a dyn Fn() -> bool) -> Self {
        Self { is_set, progress: None }
    }

    /// Also passes git's progress to a function, as text with its line terminators.
    pub fn with_progress(self, show: Progress<'a>) -> Self {
        Self { progress: Some(show), ..self }
    }

    pub(in crate::ops) fn progress(&self) -> Option<Progress<'a>> {
        self.progress
    }

    /// Returns an interrupt that never fires.
    pub const fn never() -> Interrupt<'static> {
        Interrupt { is_set: &|| false, progress: None }
    }

    /// Returns true if the operation should stop.
    pub fn is_set(&self) -> bool {
        (self.is_set)()
    }

    /// Checks whether the operation should stop.
    ///
    /// # Errors
    /// Fails with [`OpsError::Interrupted`] if it should.
    pub fn check(&self) -> Result<(), OpsError> {
        if self.is_set() { Err(OpsError::Interrupted) } else { Ok(()) }
    }
}

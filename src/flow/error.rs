use crate::git::{GitError, RefError};
use crate::model::{InvalidProject, SessionId};
use crate::store::StoreError;
use crate::workspace::WorkspaceError;

/// Why a session was not started. Nothing of it is left behind.
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
    #[error("neither the branch nor the last commit of session {} is there any more", .0.short())]
    NothingToFork(SessionId),
    /// The name of the project.
    #[error(transparent)]
    Project(#[from] InvalidProject),
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

    /// # Errors
    /// When it is time to stop.
    pub fn check(&self) -> Result<(), FlowError> {
        if (self.0)() { Err(FlowError::Interrupted) } else { Ok(()) }
    }
}

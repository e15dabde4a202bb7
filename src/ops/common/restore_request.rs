use std::path::PathBuf;

use crate::agent::Action;
use crate::model::{Oid, Session};
use crate::ops::common::{Checks, IgnoredFiles, Setup};
use crate::runtime::Started;
use crate::workspace::Remarks;

/// The options of [`restore`](crate::ops::Engine::restore).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Restore {
    /// An agent that replaces the recorded one.
    pub agent: Option<String>,
    /// A runtime that replaces the recorded one.
    pub runtime: Option<String>,
    /// Whether objections count: the session is merged, its agent may be running elsewhere or its
    /// state is unknown, or the worktree is on another branch.
    pub checks: Checks,
    /// Whether the conversation is resumed.
    pub again: Again,
    /// A prompt for the agent. Default: a new conversation starts with the task.
    pub text: Option<String>,
    /// Whether ignored files are copied into a worktree that is created again.
    pub ignored_files: IgnoredFiles,
    /// Whether the worktree is set up, if it is created again or its setup has failed.
    pub setup: Setup,
}

impl Restore {
    /// Replaces the recorded agent.
    #[must_use]
    pub fn agent(self, agent: impl Into<String>) -> Self {
        Self { agent: Some(agent.into()), ..self }
    }

    /// Replaces the recorded runtime.
    #[must_use]
    pub fn runtime(self, runtime: impl Into<String>) -> Self {
        Self { runtime: Some(runtime.into()), ..self }
    }

    /// Sets whether objections count.
    #[must_use]
    pub fn checks(self, checks: Checks) -> Self {
        Self { checks, ..self }
    }

    /// Sets whether the conversation is resumed.
    #[must_use]
    pub fn again(self, again: Again) -> Self {
        Self { again, ..self }
    }

    /// Sets whether ignored files are copied into a worktree that is created again.
    #[must_use]
    pub fn ignored_files(self, ignored_files: IgnoredFiles) -> Self {
        Self { ignored_files, ..self }
    }

    /// Sets whether the worktree is set up.
    #[must_use]
    pub fn setup(self, setup: Setup) -> Self {
        Self { setup, ..self }
    }

    /// Sets the prompt for the agent.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }
}

/// Whether a conversation is resumed or started over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// The conversation is resumed. It is an error if the agent has started before and its
    /// conversation is not found.
    #[default]
    Resume,
    /// The agent starts a new conversation.
    Fresh,
}

/// The result of [`restore`](crate::ops::Engine::restore).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Restored {
    /// The record after the restore.
    pub session: Session,
    /// The event.
    pub event: Option<Oid>,
    /// The worktree.
    pub workspace: PathBuf,
    /// Remarks on the worktree, if it was created again.
    pub remarks: Remarks,
    /// The refs with backups of earlier worktrees, if the session got a new one.
    pub backups: Vec<String>,
    /// The result of starting the agent.
    pub started: Started,
    /// The action for which the agent was started.
    pub action: Action,
    /// The agent's own id of a conversation that a new one replaced.
    pub left: Option<String>,
    /// Why the worktree is not set up, if no agent was started that would have to report it. The
    /// session is errored then.
    pub not_set_up: Option<String>,
}

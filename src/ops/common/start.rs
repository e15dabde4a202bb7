//! Starts an agent such that the start can be rolled back.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::agent::Action;
use crate::git::{Lock, LockError, Repository};
use crate::model::SessionId;
use crate::ops::common::{AgentStateError, Interrupt, OpsError};
use crate::runtime::Runtime;

/// How long a process may take to exit after it was asked to.
pub(in crate::ops) const GRACE: Duration = Duration::from_secs(5);

/// How long a started process waits for its session to be recorded.
pub(in crate::ops) const PATIENCE: Duration = Duration::from_secs(120);

/// How to start a session's agent.
#[derive(Clone)]
#[non_exhaustive]
pub struct Start {
    /// The runtime.
    pub runtime: Arc<dyn Runtime>,
    /// The action.
    pub action: Action,
    /// A prompt that replaces the task.
    pub text: Option<String>,
}

impl Start {
    /// Starts the agent in a runtime, for an action.
    pub fn new(runtime: Arc<dyn Runtime>, action: Action) -> Self {
        Self { runtime, action, text: None }
    }

    /// Replaces the task as the prompt.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    /// Returns false for the runtime that starts nothing.
    pub(in crate::ops) fn runs_something(&self) -> bool {
        self.runtime.name() != "none"
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("runtime", &self.runtime.name())
            .field("action", &self.action)
            .field("text", &self.text)
            .finish()
    }
}

/// Takes the lock that keeps others from starting or stopping the same session. `git-ao run` waits
/// for its release.
pub(in crate::ops) fn claim(
    repo: &Repository,
    session: SessionId,
    patience: Duration,
) -> Result<Lock, OpsError> {
    Ok(repo.lock_named(&format!("run/{session}.start"), patience)?)
}

/// Does the same as [`claim`], but waits until the holder is done. ^C ends the wait.
pub(in crate::ops) fn claim_in_turn(
    repo: &Repository,
    session: SessionId,
    interrupt: &Interrupt,
) -> Result<Lock, OpsError> {
    let end = Instant::now() + PATIENCE;
    loop {
        interrupt.check()?;
        match claim(repo, session, Duration::ZERO) {
            Err(OpsError::Lock(LockError::Timeout { .. })) if Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(OpsError::Lock(LockError::Timeout { .. })) => {
                return Err(AgentStateError::Busy(session).into());
            }
            claimed => return claimed,
        }
    }
}

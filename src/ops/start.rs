//! Starts the agent of a recorded session, such as one from a queue.

use crate::model::{Placement, Session};
use crate::ops::common::branch_name::branch_name;
use crate::ops::common::restart::restart;
use crate::ops::common::{
    Again, Checks, Engine, LaunchError, OpsError, Restore, Restored, StatusError,
};
use crate::store::Key;

/// The options of [`start`](Engine::start).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct StartRequest {
    /// The agent. Default: the recorded one; otherwise the configured one; otherwise the only
    /// installed one, if there is exactly one.
    pub agent: Option<String>,
    /// The runtime. Default: the configured one; otherwise tmux if it is installed; otherwise
    /// `detached`.
    pub runtime: Option<String>,
    /// The revision at which the branch starts, if the record names no branch. Default: HEAD.
    pub base: Option<String>,
    /// A prompt that replaces the task.
    pub text: Option<String>,
}

impl StartRequest {
    /// Sets the agent.
    #[must_use]
    pub fn agent(self, name: impl Into<String>) -> Self {
        Self { agent: Some(name.into()), ..self }
    }

    /// Sets the runtime.
    #[must_use]
    pub fn runtime(self, name: impl Into<String>) -> Self {
        Self { runtime: Some(name.into()), ..self }
    }

    /// Sets the revision at which a new branch starts.
    #[must_use]
    pub fn base(self, revision: impl Into<String>) -> Self {
        Self { base: Some(revision.into()), ..self }
    }

    /// Sets the prompt.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }
}

impl Engine {
    /// Gives a recorded session for which no agent was started yet a worktree and an agent. If the
    /// record names no branch, it gets one like that of a new session.
    ///
    /// # Errors
    /// Fails if the session has ended, if an agent was started for it before, if the branch cannot
    /// be checked out, or if the agent cannot be started. The record is then as before.
    pub fn start(&self, key: impl Into<Key>, request: &StartRequest) -> Result<Restored, OpsError> {
        let wish = Restore {
            agent: request.agent.clone(),
            runtime: request.runtime.clone(),
            checks: Checks::All,
            again: Again::Fresh,
            text: request.text.clone(),
            ..Restore::default()
        };
        restart(self, &key.into(), &wish, "start", |session| complete(self, session, request))
    }
}

/// Checks that no agent was started, and chooses a branch if there is none.
fn complete(
    engine: &Engine,
    session: &mut Session,
    request: &StartRequest,
) -> Result<(), OpsError> {
    if session.status.is_terminal() {
        let (id, status) = (session.id, session.status.clone());
        return Err(StatusError::Ended { id, status }.into());
    }
    let was_started = session.placements.values().any(Placement::is_started);
    if was_started || session.agent_session_id.is_some() {
        return Err(LaunchError::StartedBefore(session.id).into());
    }
    if session.branch.is_none() {
        let base = engine.worktrees().base(request.base.as_deref())?;
        let prefix = engine.repository().settings().branch_prefix();
        session.branch = Some(branch_name(&prefix, session.id, &session.title));
        session.head.clone_from(&base.commit);
        session.base = Some(base);
    }
    Ok(())
}

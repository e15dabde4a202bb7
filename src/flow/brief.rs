//! What an agent is told.

use std::path::Path;

use super::FlowError;
use crate::agent::{Action, Agent, Launch, Mode, Request};
use crate::model::{Session, SessionId};
use crate::runtime::Terminal;
use crate::store::{Store, StoreError};

/// What an agent is started with.
pub(super) struct Brief<'a> {
    pub store: &'a Store,
    pub agent: &'a dyn Agent,
    pub session: &'a Session,
    /// What the session was forked from, where that is still there.
    pub parent: Option<&'a Session>,
    pub workspace: &'a Path,
    pub action: Action,
    pub terminal: Terminal,
}

/// The session that this one was forked from, if it was and that one is still there.
pub(super) fn parent(store: &Store, session: &Session) -> Result<Option<Session>, StoreError> {
    let Some(fork) = &session.fork else { return Ok(None) };
    match store.snapshot()?.session(fork.session) {
        Ok(parent) => Ok(Some(parent)),
        Err(StoreError::NotFound(_) | StoreError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What to run.
pub(super) fn brief(brief: &Brief<'_>) -> Result<(Mode, Launch), FlowError> {
    let Brief { store, agent, session, action, .. } = brief;
    let wanted = match brief.terminal {
        Terminal::Present => Mode::Interactive,
        Terminal::Absent => Mode::Headless,
    };
    let task = session.task.clone().unwrap_or_default();
    // It was told already. Where nobody can type it has to be told again to go on.
    let quiet = is_known(brief)
        && wanted == Mode::Interactive
        && agent.mode(*action, wanted, "") == Some(wanted);
    let prompt = if quiet { String::new() } else { task };
    // Without a terminal an interactive agent would wait for ever: the plan says what is missing.
    let mode = agent.mode(*action, wanted, &prompt);
    let mode = mode.filter(|mode| *mode == wanted || wanted == Mode::Interactive);
    let mode = mode.unwrap_or(wanted);
    let model = session.agent_config.get("model").and_then(|model| model.as_str());
    let conversation = match action {
        Action::Launch => None,
        Action::Resume => session.agent_session_id.clone(),
        Action::Fork => brief.parent.and_then(|parent| parent.agent_session_id.clone()),
    };
    let request = Request {
        session: session.id,
        workspace: brief.workspace.to_owned(),
        prompt,
        title: session.title.clone(),
        model: model.map(str::to_owned),
        agent_session_id: conversation,
        fresh_id: SessionId::random().to_string(),
        state_dir: store.repository().ao_dir().join("agent"),
    };
    Ok((mode, agent.plan(*action, mode, &request)?))
}

/// True when the conversation that is taken up holds the task.
fn is_known(brief: &Brief<'_>) -> bool {
    match brief.action {
        Action::Launch => false,
        Action::Resume => true,
        Action::Fork => brief.parent.is_some_and(|parent| parent.task == brief.session.task),
    }
}

//! What an agent is told.

use std::path::{Path, PathBuf};

use crate::agent::{Action, Agent, Launch, LaunchRequest, Mode};
use crate::git::Repository;
use crate::model::{Session, SessionId};
use crate::ops::common::OpsError;
use crate::runtime::Terminal;
use crate::store::{Store, StoreError};

/// What an agent is started with.
pub(in crate::ops) struct LaunchInputs<'a> {
    pub store: &'a Store,
    pub agent: &'a dyn Agent,
    pub session: &'a Session,
    /// What the session was forked from, where that is still there.
    pub parent: Option<&'a Session>,
    pub workspace: &'a Path,
    pub action: Action,
    pub terminal: Terminal,
    /// What a person says to it now; else it is the task.
    pub text: Option<&'a str>,
}

/// What is said to an agent that knows its task, where nobody can type.
const GO_ON: &str = "Continue where you left off.";

/// Where agents find what they are told and keep what has no other place.
pub(in crate::ops) fn state_dir(repo: &Repository) -> PathBuf {
    repo.ao_dir().join("agent")
}

/// The session that this one was forked from, if it was and that one is still there.
pub(in crate::ops) fn parent(
    store: &Store,
    session: &Session,
) -> Result<Option<Session>, StoreError> {
    let Some(fork) = &session.fork else { return Ok(None) };
    match store.snapshot()?.session(fork.session) {
        Ok(parent) => Ok(Some(parent)),
        Err(StoreError::NotFound(_) | StoreError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What to run.
pub(in crate::ops) fn brief(brief: &LaunchInputs<'_>) -> Result<(Mode, Launch), OpsError> {
    let LaunchInputs { store, agent, session, action, .. } = brief;
    let wanted = match brief.terminal {
        Terminal::Present => Mode::Interactive,
        Terminal::Absent => Mode::Headless,
    };
    let prompt = match brief.text {
        Some(text) => text.to_owned(),
        None if !is_known(brief) => session.task.clone().unwrap_or_default(),
        // It was told already.
        None if wanted == Mode::Interactive && agent.mode(*action, wanted, "") == Some(wanted) => {
            String::new()
        }
        None => GO_ON.to_owned(),
    };
    // Without a terminal an interactive agent would wait for ever: the plan says what is missing.
    let mode = agent.mode(*action, wanted, &prompt);
    let mode = mode.filter(|mode| *mode == wanted || wanted == Mode::Interactive);
    let mode = mode.unwrap_or(wanted);
    let model = session.agent_config.get("model").and_then(|model| model.as_str());
    let request = LaunchRequest {
        session: session.id,
        workspace: brief.workspace.to_owned(),
        prompt,
        title: session.title.clone(),
        model: model.map(str::to_owned),
        agent_session_id: taken_up(brief).map(str::to_owned),
        fresh_id: SessionId::random().to_string(),
        state_dir: state_dir(store.repository()),
    };
    Ok((mode, agent.plan(*action, mode, &request)?))
}

/// The agent's own id of the conversation that is taken up.
pub(in crate::ops) fn taken_up<'a>(brief: &LaunchInputs<'a>) -> Option<&'a str> {
    match brief.action {
        Action::Launch => None,
        Action::Resume => brief.session.agent_session_id.as_deref(),
        Action::Fork => brief.parent?.agent_session_id.as_deref(),
    }
}

/// True when the conversation that is taken up holds the task.
fn is_known(brief: &LaunchInputs<'_>) -> bool {
    match brief.action {
        Action::Launch => false,
        Action::Resume => true,
        Action::Fork => brief.parent.is_some_and(|parent| parent.task == brief.session.task),
    }
}

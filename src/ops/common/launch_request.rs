//! Prepares the command and the prompt with which an agent starts.

use std::path::{Path, PathBuf};

use crate::agent::{Action, Agent, Launch, LaunchRequest, Mode};
use crate::git::Repository;
use crate::model::{Session, SessionId};
use crate::ops::common::OpsError;
use crate::runtime::Terminal;
use crate::store::{Store, StoreError};

/// The inputs for starting an agent.
pub(in crate::ops) struct LaunchInputs<'a> {
    pub store: &'a Store,
    pub agent: &'a dyn Agent,
    pub session: &'a Session,
    /// The session that this one was forked from, if it still exists.
    pub parent: Option<&'a Session>,
    pub workspace: &'a Path,
    pub action: Action,
    pub terminal: Terminal,
    /// A prompt that replaces the task.
    pub text: Option<&'a str>,
    /// The git-ao that the agent's hooks are to call.
    pub hook_program: Option<&'a Path>,
}

/// The prompt for an agent that knows its task but must not start without a prompt.
const GO_ON: &str = "Continue where you left off.";

/// Returns the directory for prompts and for agent files that belong nowhere else.
pub(in crate::ops) fn state_dir(repo: &Repository) -> PathBuf {
    repo.ao_dir().join("agent")
}

/// Returns the session that this one was forked from. Returns None if it is not a fork, or if the
/// parent is gone or its record corrupt.
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

/// Returns the mode and the command to run.
pub(in crate::ops) fn brief(brief: &LaunchInputs<'_>) -> Result<(Mode, Launch), OpsError> {
    let LaunchInputs { store, agent, session, action, .. } = brief;
    let wanted = match brief.terminal {
        Terminal::Present => Mode::Interactive,
        Terminal::Absent => Mode::Headless,
    };
    let prompt = match brief.text {
        Some(text) => text.to_owned(),
        None if !is_known(brief) => session.task.clone().unwrap_or_default(),
        // The conversation already holds the task.
        None if wanted == Mode::Interactive && agent.mode(*action, wanted, "") == Some(wanted) => {
            String::new()
        }
        None => GO_ON.to_owned(),
    };
    // Without a terminal an interactive agent would wait forever, so `wanted` stays headless and
    // the agent's plan reports what is missing.
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
        hook_program: brief.hook_program.map(Path::to_owned),
    };
    Ok((mode, agent.plan(*action, mode, &request)?))
}

/// Returns the agent's own id of the conversation to resume or to fork.
pub(in crate::ops) fn taken_up<'a>(brief: &LaunchInputs<'a>) -> Option<&'a str> {
    match brief.action {
        Action::Launch => None,
        Action::Resume => brief.session.agent_session_id.as_deref(),
        Action::Fork => brief.parent?.agent_session_id.as_deref(),
    }
}

/// Returns true if the conversation to resume or to fork already holds the task.
fn is_known(brief: &LaunchInputs<'_>) -> bool {
    match brief.action {
        Action::Launch => false,
        Action::Resume => true,
        Action::Fork => brief.parent.is_some_and(|parent| parent.task == brief.session.task),
    }
}

//! What a fork takes over from its parent.

use crate::agent::{Action, Mode};
use crate::model::{Base, Fork, Map, Oid, Session};
use crate::ops::common::run_request::key_of;
use crate::ops::common::{Engine, OpsError, SpawnError, conversation};
use crate::store::{Shelf, Store, StoreError};
use crate::workspace::{WorkspaceError, Worktrees};

/// Returns the action for the agent of a fork, and adds the id of the conversation to the parent.
pub(in crate::ops) fn action(
    engine: &Engine,
    agent: &str,
    parent: &mut Session,
) -> Result<Action, OpsError> {
    let agents = engine.agents();
    let same = parent.agent.as_deref() == Some(agent);
    let agent = agents.find(agent)?;
    let forks = |prompt: &&str| agent.mode(Action::Fork, Mode::Interactive, prompt).is_some();
    // One agent needs a prompt, another has no place for one.
    if !same || !["", "x"].iter().any(forks) {
        return Ok(Action::Launch);
    }
    let store = engine.store();
    let path = engine.worktrees().default_path(&parent.project_id, parent.id)?;
    let Some(id) = conversation::look(store, agent, parent, &path)? else {
        return Ok(Action::Launch);
    };
    if parent.agent_session_id.as_ref() != Some(&id) {
        // The agent forks the conversation that the record names, and an archived record cannot be
        // changed.
        let entry = store.snapshot()?.get(key_of(parent))?;
        if entry.location.shelf == Shelf::Archived {
            return Ok(Action::Launch);
        }
        parent.agent_session_id = Some(id);
    }
    Ok(Action::Fork)
}

/// Records the parent's conversation, which may have been found only now.
pub(in crate::ops) fn record_conversation(
    store: &Store,
    parent: &Session,
) -> Result<(), StoreError> {
    let id = &parent.agent_session_id;
    let recorded = store.snapshot()?.session(key_of(parent))?;
    if recorded.agent_session_id != *id {
        store.update(key_of(parent), "agent", |session| session.agent_session_id.clone_from(id))?;
    }
    Ok(())
}

/// Copies the fields that a fork inherits from its parent.
pub(in crate::ops) fn inherit(session: &mut Session, parent: &Session, event: &Oid) {
    session.fork = Some(Fork {
        session: parent.id,
        event: Some(event.clone()),
        branch: parent.branch.clone(),
        extra: Map::new(),
    });
    session.kind = parent.kind.clone();
    session.title = format!("{} (fork)", parent.display_title());
    session.task = parent.task.clone();
    session.agent = parent.agent.clone();
    session.agent_config = parent.agent_config.clone();
    session.issue_id = parent.issue_id.clone();
    session.issue_url = parent.issue_url.clone();
    session.tags = parent.tags.clone();
    session.folder = parent.folder.clone();
    session.context = parent.context.clone();
}

/// Returns the tip of the parent's branch; if the branch is gone, its last recorded commit.
pub(in crate::ops) fn starting_point(
    worktrees: &Worktrees<'_>,
    parent: &Session,
) -> Result<Base, OpsError> {
    let branch = parent.branch.as_ref().map(|branch| format!("refs/heads/{branch}"));
    let head = parent.head.as_ref().map(ToString::to_string);
    for place in [branch, head].into_iter().flatten() {
        match worktrees.base(Some(&place)) {
            Err(WorkspaceError::BaseMissing(_)) => {}
            found => return Ok(found?),
        }
    }
    Err(SpawnError::NothingToFork(parent.id).into())
}

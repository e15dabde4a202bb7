//! Creates a session that continues from another one.

use crate::agent::{Action, Mode};
use crate::model::{Base, Fork, Oid, Session};
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::{Launcher, OpsError, SpawnError, SpawnRequest, conversation};
use crate::store::{Entry, History, Snapshot, Store, StoreError, Visibility};
use crate::workspace::{WorkspaceError, Worktrees};

/// Turns a request into a fork of the session at this location, from its last event. A fork of a
/// private session is private.
///
/// # Errors
/// Fails if the parent's record cannot be read, or has no event.
pub fn fork_request(
    store: &Store,
    snapshot: &Snapshot<'_>,
    parent: &Entry,
    request: SpawnRequest,
) -> Result<SpawnRequest, OpsError> {
    let key = || (&parent.location).into();
    let mut session =
        snapshot.load(parent).map_err(|problem| StoreError::Corrupt { key: key(), problem })?;
    catch_up(store, &mut session)?;
    // Use a parent event of the parent's own ref: a public fork must not link to a private event.
    let visibility = parent.location.visibility;
    let tip = snapshot.tip_of(visibility);
    let history = History { from: tip.cloned(), session: Some(session.id), since: None };
    let event = snapshot.events(history).next().transpose()?.map(|event| event.id);
    let event = event.or_else(|| tip.cloned());
    let event = event.ok_or_else(|| StoreError::NotFound(key()))?;
    let visibility = match visibility {
        Visibility::Private => visibility,
        Visibility::Public => request.visibility,
    };
    Ok(SpawnRequest { parent: Some((session, event)), visibility, ..request })
}

/// Returns the action for the agent of a fork. The parent's conversation is forked if the agent is
/// the parent's, supports it, and has the conversation on this machine. A conversation id that was
/// not known before is added to the parent's record.
///
/// # Errors
/// Fails if the agent is unknown, or if the store cannot be read or written.
pub fn fork_action(
    store: &Store,
    launcher: &Launcher,
    agent: &str,
    parent: &Session,
) -> Result<Action, OpsError> {
    let same = parent.agent.as_deref() == Some(agent);
    let agent = launcher.agents().find(agent)?;
    if !same || agent.mode(Action::Fork, Mode::Interactive, "").is_none() {
        return Ok(Action::Launch);
    }
    let path = Worktrees::new(store.repository()).default_path(&parent.project_id, parent.id)?;
    let Some(id) = conversation::look(store, agent, parent, &path)? else {
        return Ok(Action::Launch);
    };
    if parent.agent_session_id.as_ref() == Some(&id) {
        return Ok(Action::Fork);
    }
    match store.update(parent.id, "agent", |session| session.agent_session_id = Some(id.clone())) {
        Ok(_) => Ok(Action::Fork),
        // The agent forks the conversation that the record names, and an archived record cannot be
        // changed.
        Err(StoreError::Archived(_)) => Ok(Action::Launch),
        Err(error) => Err(error.into()),
    }
}

/// Copies the fields that a fork inherits from its parent.
pub(super) fn inherit(session: &mut Session, parent: &Session, event: &Oid) {
    session.fork = Some(Fork::from_session(parent, event));
    session.kind = parent.kind.clone();
    session.title = format!("{} (fork)", parent.display_title());
    session.task = parent.task.clone();
    session.agent = parent.agent.clone();
    session.agent_config = parent.agent_config.clone();
    session.issue_id = parent.issue_id.clone();
    session.issue_url = parent.issue_url.clone();
    session.tags = parent.tags.clone();
    session.context = parent.context.clone();
}

/// Returns the tip of the parent's branch; if the branch is gone, its last recorded commit.
pub(super) fn starting_point(
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

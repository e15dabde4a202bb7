//! Finds the conversation that a session's agent can resume.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::agent::{Action, Agent, Mode};
use crate::model::{AgentEnd, Placement, Session, SessionStatus};
use crate::ops::common::agent_home::environment_of;
use crate::ops::common::kept::is_kept;
use crate::ops::common::launch_request::state_dir;
use crate::ops::common::lost_conversation::LostConversation;
use crate::ops::common::owned_worktrees::Own;
use crate::ops::common::{OpsError, lodging, placement};
use crate::store::{History, Store};
use crate::workspace::{self, Worktrees};

/// The state of a session's conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) enum Conversation {
    /// It can be resumed; this is the agent's own id of it.
    Known(String),
    /// A conversation existed, or may have existed, but cannot be resumed.
    Lost(LostConversation),
    /// The agent never started.
    Never,
}

/// Finds the conversation of a session: by its id, otherwise in the agent's files, among
/// conversations that began in a directory where the session works or worked. `path` is the
/// top directory of the worktree in which the session will work.
pub(in crate::ops) fn find(
    store: &Store,
    agent: &dyn Agent,
    session: &Session,
    path: &Path,
) -> Result<Conversation, OpsError> {
    let lost = match &session.agent {
        Some(had) if had != agent.name() => LostConversation::OtherAgent,
        _ if !can_resume(agent) => LostConversation::Unable,
        _ => match look(store, agent, session, path)? {
            Some(id) => return Ok(Conversation::Known(id)),
            None => match &session.agent_session_id {
                Some(id) if is_kept(store, session.id, agent.name(), id)? => {
                    LostConversation::NotTakenBack
                }
                _ => LostConversation::NotFound,
            },
        },
    };
    let began = session.agent_session_id.is_some() || Past::of(store, session)?.began;
    Ok(if began { Conversation::Lost(lost) } else { Conversation::Never })
}

fn can_resume(agent: &dyn Agent) -> bool {
    [Mode::Interactive, Mode::Headless]
        .into_iter()
        .any(|mode| agent.mode(Action::Resume, mode, "x").is_some())
}

/// Returns the id of an existing conversation. If the agent cannot tell whether its conversation
/// exists, the id is returned only if the session has worked in this clone.
pub(in crate::ops) fn look(
    store: &Store,
    agent: &dyn Agent,
    session: &Session,
    path: &Path,
) -> Result<Option<String>, OpsError> {
    let env = &environment_of(store.repository(), session.id, agent);
    let state_dir = state_dir(store.repository());
    let known = session.agent_session_id.as_deref();
    let has = known.map(|id| (id, agent.has_conversation(id, &state_dir, env)));
    if let Some((id, Some(true))) = has {
        return Ok(Some(id.to_owned()));
    }
    // The agent has deleted it, or had it on another machine; it is given back when it starts.
    if let Some((id, Some(false))) = has
        && agent.takes_back()
        && is_kept(store, session.id, agent.name(), id)?
    {
        return Ok(Some(id.to_owned()));
    }
    let since = since(session);
    // An agent whose folder was missing began at the top.
    let begun = |top: &Path| {
        // The user's own conversations begin there, too.
        if !lodging::is_alone(session, top) {
            return None;
        }
        let folder = session.folder.as_ref().map(|folder| top.join(folder));
        let begun = |path: &Path| agent.id_in_transcripts(path, since, env);
        folder.and_then(|folder| begun(&folder)).or_else(|| begun(top))
    };
    if let Some(id) = begun(path) {
        return Ok(Some(id));
    }
    let worktrees = Worktrees::new(store.repository());
    let mut former = Past::of(store, session)?.folders;
    if let Some((id, None)) = has.filter(|_| !former.is_empty()) {
        return Ok(Some(id.to_owned()));
    }
    former.insert(worktrees.default_path(&session.project_id, session.id)?);
    former.extend(Own::of(&worktrees, &store.snapshot()?)?.path(session).cloned());
    Ok(former.iter().find_map(|path| begun(path)))
}

/// Returns the earliest possible start of a session's conversation. File times may be coarser than
/// the clock, so it is two seconds before the session was created.
pub(in crate::ops) fn since(session: &Session) -> SystemTime {
    let made = u64::try_from(session.created_at.as_millis()).unwrap_or(0);
    (UNIX_EPOCH + Duration::from_millis(made))
        .checked_sub(Duration::from_secs(2))
        .unwrap_or(UNIX_EPOCH)
}

/// The facts about a session that the store's history holds.
#[derive(Debug, Default)]
struct Past {
    /// Whether its agent ever started, or may have.
    began: bool,
    /// The directories in which it worked in this clone.
    folders: BTreeSet<PathBuf>,
}

impl Past {
    fn of(store: &Store, session: &Session) -> Result<Self, OpsError> {
        let snapshot = store.snapshot()?;
        let mut past = Self::default();
        let (mut is_whole, mut failed) = (false, false);
        past.add(store, session, &mut failed);
        for event in snapshot.events(History { session: Some(session.id), ..History::default() }) {
            let Ok(event) = event else { continue };
            is_whole |= matches!(event.message.op.as_str(), "spawn" | "fork" | "create");
            // Skip states that cannot be read.
            if let Ok(then) = store.snapshot_at(&event.id).and_then(|then| then.session(session.id))
            {
                past.add(store, &then, &mut failed);
            }
        }
        past.began |= !is_whole;
        Ok(past)
    }

    /// Adds one state of the session, newest first. `failed` is true after a record of a failed
    /// start, until the start itself is reached.
    fn add(&mut self, store: &Store, session: &Session, failed: &mut bool) {
        let is_started = session.placements.values().any(Placement::is_started);
        self.began |= session.agent_session_id.is_some();
        match session.status {
            SessionStatus::Errored
                if matches!(session.agent_end(), Some(AgentEnd::NotStarted(_))) =>
            {
                *failed = true;
            }
            // The process that started the agent may have been killed before it recorded the new
            // status.
            SessionStatus::Spawning if is_started => self.began |= !std::mem::take(failed),
            _ => self.began |= has_begun(&session.status),
        }
        let folder = placement::placement(store, session).and_then(|it| it.workspace.as_deref());
        self.folders.extend(
            folder.and_then(|text| {
                workspace::from_record(text, store.repository().environment()).ok()
            }),
        );
    }
}

/// Returns true for a status that only a started agent can have, unless a person sets it.
fn has_begun(status: &SessionStatus) -> bool {
    !matches!(
        status,
        SessionStatus::Spawning
            | SessionStatus::Idle
            | SessionStatus::Errored
            | SessionStatus::Killed
            | SessionStatus::Terminated
            | SessionStatus::Cleanup
    )
}

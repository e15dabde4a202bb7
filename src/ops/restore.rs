//! Restores ended sessions.

use std::path::{Path, PathBuf};

use crate::agent::Action;
use crate::model::{Guard, Oid, Placement, Session, SessionId, SessionStatus};
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::conversation::{self, Conversation};
use crate::ops::common::liveness::{Liveness, liveness_after_end, of_processes, stop};
use crate::ops::common::site::{Made, Site, find_place};
use crate::ops::common::start::claim_in_turn;
use crate::ops::common::start_guard::StartGuard;
use crate::ops::common::{
    AgentChoice, AgentStateError, Checks, ElsewhereError, Interrupt, LaunchError, Launcher,
    OpsError, Start, StatusError, message, placement,
};
use crate::runtime::{Runtime, RuntimeError, Started};
use crate::store::{Entry, Key, Shelf, Snapshot, Store, StoreError};
use crate::workspace::{self, Remarks, Worktrees};

/// The options of [`restore`].
#[derive(Debug, Clone, Default)]
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

/// The result of [`restore`].
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
}

/// The plan of a restore.
#[derive(Debug, Clone)]
pub struct RestorePlan {
    /// The present record.
    pub session: Session,
    /// The directory in which it would work.
    pub workspace: PathBuf,
    /// The action for which the agent would be started; None if none would be.
    pub action: Option<Action>,
}

/// Determines what [`restore`] would do, without doing it.
///
/// # Errors
/// Fails like [`restore`], for all reasons that are known beforehand.
pub fn restore_plan(
    store: &Store,
    launcher: &Launcher,
    entry: &Entry,
    wish: &Restore,
) -> Result<RestorePlan, OpsError> {
    let session = load(&store.snapshot()?, entry)?;
    let worktrees = Worktrees::new(store.repository());
    let Prepared { spot, start, .. } = prepare(store, launcher, &worktrees, &session, wish)?;
    let action = start.runs_something().then_some(start.action);
    Ok(RestorePlan { session, workspace: spot.path().to_owned(), action })
}

/// Returns the command that restores a session in its present state: with `--fresh` if its
/// conversation cannot be resumed, and with `--force` if it is merged.
pub fn restore_command(store: &Store, launcher: &Launcher, id: SessionId) -> String {
    let mut wish = Restore::default();
    let mut command = "git ao restore".to_owned();
    let plan = |wish: &Restore| -> Result<RestorePlan, OpsError> {
        let entry = store.snapshot()?.find(id)?.ok_or_else(|| StoreError::NotFound(id.into()))?;
        restore_plan(store, launcher, &entry, wish)
    };
    loop {
        match plan(&wish) {
            Err(OpsError::Launch(LaunchError::Lost { .. })) if wish.again == Again::Resume => {
                wish.again = Again::Fresh;
                command += " --fresh";
            }
            Err(OpsError::Status(StatusError::Merged(_))) if wish.checks == Checks::All => {
                wish.checks = Checks::Skip;
                command += " --force";
            }
            // The restore itself reports any other problem.
            _ => return format!("{command} {}", id.short()),
        }
    }
}

/// The results of all checks that precede the first change.
struct Prepared {
    certainty: Certainty,
    spot: Site,
    session: Session,
    start: Start,
}

fn prepare(
    store: &Store,
    launcher: &Launcher,
    worktrees: &Worktrees<'_>,
    old: &Session,
    wish: &Restore,
) -> Result<Prepared, OpsError> {
    let certainty = check_status(store, old, wish.checks)?;
    let mut now = old.clone();
    catch_up(store, &mut now)?;
    let spot = find_place(store, worktrees, &now, wish.checks)?;
    let (session, start) = choose(store, launcher, &now, wish, spot.path())?;
    launcher.check(store, &session, spot.path(), &start)?;
    Ok(Prepared { certainty, spot, session, start })
}

/// Restores an ended session: its worktree, runtime and agent. The agent resumes its conversation.
/// It starts a new one if that is requested or if it never started.
///
/// All objections are checked first. The old runtime is stopped once the new one has started, and
/// the record is written last, so that any failure leaves it unchanged.
///
/// # Errors
/// Fails if the agent is running or its state is unknown, if the session is merged, if its worktree
/// is unusable and cannot be created again, if its conversation is not found, or if the agent
/// cannot be started. The record is then unchanged.
pub fn restore(
    store: &Store,
    launcher: &Launcher,
    entry: &Entry,
    wish: &Restore,
    interrupt: &Interrupt<'_>,
) -> Result<Restored, OpsError> {
    // Two concurrent restores of the session would both find it ended.
    let id = entry.location.id;
    let claimed = claim_in_turn(store.repository(), id, interrupt)?;
    // The previous holder may have changed or moved the record.
    let snapshot = store.snapshot()?;
    let entry = snapshot.find(id)?.ok_or_else(|| StoreError::NotFound(id.into()))?;
    let entry = &entry;
    let old = load(&snapshot, entry)?;
    let worktrees = Worktrees::new(store.repository()).with_progress(interrupt.progress());
    let Prepared { certainty, spot, mut session, start } =
        prepare(store, launcher, &worktrees, &old, wish)?;
    interrupt.check()?;

    let made = spot.make(&worktrees, &session)?;
    let workspace = made.path().to_owned();
    // Choose the clone's name before the agent is started: its supervisor reads the name.
    let replica = store.replica()?;
    let at = store.clock().now();
    message::leave(store.repository(), id, start.text.as_deref())?;
    let guard = StartGuard::new(launcher, store.repository(), &session, &workspace, &start, at)?;
    interrupt.check()?;
    let handle = guard.handle();
    let had = placement::placement(store, &old);
    let is_new = |had: &Placement| {
        had.handle == handle && had.runtime.as_deref() == Some(start.runtime.name())
    };
    // If the new agent has the same handle, stopping the old one would stop the new one.
    if certainty == Certainty::Certain
        && had.is_some_and(|had| had.handle.is_some() && !is_new(had))
    {
        stop(store, &old)?;
    }
    session.status = if handle.is_some() { SessionStatus::Spawning } else { SessionStatus::Idle };
    session.status_reason = None;
    let before = session.placements.remove(&replica).unwrap_or_default();
    let placement = Placement {
        workspace: Some(workspace::to_record(&workspace, store.repository().environment())?),
        runtime: Some(start.runtime.name().to_owned()),
        handle,
        socket: guard.socket(),
        at: Some(at),
        ..before
    };
    session.placements.insert(replica, placement);
    let (session, event) = write(store, entry, &old, &session, interrupt)?;
    let started = guard.disarm();
    let backups = match &made {
        Made::Existing(_, None) => Vec::new(),
        // The session is restored: do not fail now because backups cannot be listed.
        Made::Existing(_, Some(_)) | Made::Again(_) => worktrees.backups(id).unwrap_or_default(),
    };
    let remarks = made.remarks();
    made.keep();
    drop(claimed);
    let left = old.agent_session_id.filter(|id| session.agent_session_id.as_ref() != Some(id));
    Ok(Restored {
        session,
        event,
        workspace,
        remarks,
        backups,
        started,
        action: start.action,
        left,
    })
}

fn load(snapshot: &Snapshot<'_>, entry: &Entry) -> Result<Session, StoreError> {
    let key = || (&entry.location).into();
    snapshot.load(entry).map_err(|problem| StoreError::Corrupt { key: key(), problem })
}

/// Whether the session's previous agent is known to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    Unknown,
}

/// Refuses a session that is merged, or whose agent is or may be running.
fn check_status(store: &Store, session: &Session, checks: Checks) -> Result<Certainty, OpsError> {
    let id = session.id;
    if session.status == SessionStatus::Merged && checks == Checks::All {
        return Err(StatusError::Merged(id).into());
    }
    match liveness_after_end(store, session) {
        // The supervisor and the agent that git-ao started are gone; only the runtime cannot tell.
        Liveness::Unknown(_)
            if checks == Checks::Skip
                && matches!(of_processes(store.repository(), id), Liveness::Gone) =>
        {
            Ok(Certainty::Unknown)
        }
        Liveness::Unknown(source) => Err(AgentStateError::Unknown { id, source }.into()),
        Liveness::Alive { .. } => Err(LaunchError::Running(id).into()),
        Liveness::Gone => match placement::elsewhere(store, session) {
            Some(replica) if !session.status.is_terminal() && checks == Checks::All => {
                Err(ElsewhereError::MayRun { id, replica: replica.to_owned() }.into())
            }
            _ => Ok(Certainty::Certain),
        },
    }
}

/// Returns the session with its new agent, and how that agent is started.
fn choose(
    store: &Store,
    launcher: &Launcher,
    session: &Session,
    wish: &Restore,
    path: &Path,
) -> Result<(Session, Start), OpsError> {
    let runtime = runtime(store, launcher, session, wish)?;
    let wanted = wish.agent.as_deref().or(session.agent.as_deref());
    let mut start = Start { runtime, action: Action::Launch, text: wish.text.clone() };
    if !start.runs_something() {
        let agent = wanted.map(str::to_owned);
        return Ok((Session { agent, ..session.clone() }, start));
    }
    let name = match launcher.choose_agent(wanted)? {
        AgentChoice::Agent(name) => name,
        AgentChoice::NoAgent(none) => return Err(none.into()),
    };
    let agent = launcher.agents().find(&name)?;
    let agent_session_id = match wish.again {
        Again::Fresh => None,
        Again::Resume => match conversation::find(store, agent, session, path)? {
            Conversation::Known(id) => Some(id),
            Conversation::Never => None,
            Conversation::Lost(lost) => {
                return Err(LaunchError::Lost { id: session.id, lost }.into());
            }
        },
    };
    if agent_session_id.is_some() {
        start.action = Action::Resume;
    }
    Ok((Session { agent: Some(name), agent_session_id, ..session.clone() }, start))
}

/// Chooses the runtime: the requested one, otherwise the previous one if it is still installed.
fn runtime(
    store: &Store,
    launcher: &Launcher,
    session: &Session,
    wish: &Restore,
) -> Result<Box<dyn Runtime>, OpsError> {
    let placement = placement::placement(store, session);
    let had = placement.and_then(|placement| placement.runtime.as_deref());
    // A session does not return to the foreground unless that is requested.
    let had = had.filter(|name| matches!(*name, "tmux" | "detached"));
    Ok(match (wish.runtime.as_deref(), had) {
        (None, Some(had)) => match launcher.runtime(Some(had)) {
            Err(RuntimeError::NotInstalled(_) | RuntimeError::TooOld { .. }) => {
                launcher.runtime(None)?
            }
            runtime => runtime?,
        },
        (asked, _) => launcher.runtime(asked)?,
    })
}

/// Writes the record. Fails if its status or placements were changed since it was read.
fn write(
    store: &Store,
    entry: &Entry,
    old: &Session,
    new: &Session,
    interrupt: &Interrupt<'_>,
) -> Result<(Session, Option<Oid>), OpsError> {
    let key = Key::from(&entry.location);
    let committed = store.transaction("restore", |tx| {
        interrupt.check()?;
        if entry.location.shelf == Shelf::Archived {
            tx.unarchive(key.clone())?;
        }
        tx.describe(format!("{} -> {}", old.status, new.status));
        tx.update_with(key.clone(), Guard::Off, |session| {
            if session.status != old.status || session.placements != old.placements {
                return Err(OpsError::from(StatusError::Changed(session.id)));
            }
            session.status = new.status.clone();
            session.status_reason.clone_from(&new.status_reason);
            if new.branch != old.branch {
                session.branch.clone_from(&new.branch);
                session.head.clone_from(&new.head);
            }
            session.agent.clone_from(&new.agent);
            session.agent_session_id.clone_from(&new.agent_session_id);
            session.placements.clone_from(&new.placements);
            Ok(session.clone())
        })
    })?;
    Ok((committed.value, committed.event))
}

//! Starts the agent of a session that has none running.

use std::path::Path;
use std::sync::Arc;

use crate::agent::Action;
use crate::model::{Guard, Oid, Origin, Placement, Session, SessionStatus};
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::conversation::{self, Conversation};
use crate::ops::common::liveness::stop as stop_left;
use crate::ops::common::liveness::{Liveness, liveness_after_end, of_processes, stop_in_runtime};
use crate::ops::common::site::{Made, Site, find_place};
use crate::ops::common::start::claim_in_turn;
use crate::ops::common::start_guard::StartGuard;
use crate::ops::common::{
    Again, AgentChoice, AgentStateError, Checks, ElsewhereError, Engine, IgnoredFiles, LaunchError,
    OpsError, Restore, Restored, Setup, Start, StatusError, lodging, placement, ports,
};
use crate::runtime::{Runtime, RuntimeError, Started};
use crate::store::{Entry, Key, Shelf, Snapshot, Store, StoreError};
use crate::workspace;

/// The results of all checks that precede the first change.
pub(in crate::ops) struct Prepared {
    certainty: Certainty,
    pub spot: Site,
    session: Session,
    pub start: Start,
}

pub(in crate::ops) fn prepare(
    engine: &Engine,
    old: &Session,
    wish: &Restore,
    complete: impl Fn(&mut Session) -> Result<(), OpsError>,
) -> Result<Prepared, OpsError> {
    let present = present(engine, old, wish, complete)?;
    prepare_present(engine, present, wish)
}

/// Returns the session as it is now.
fn present(
    engine: &Engine,
    old: &Session,
    wish: &Restore,
    complete: impl Fn(&mut Session) -> Result<(), OpsError>,
) -> Result<(Certainty, Session), OpsError> {
    let certainty = check_status(engine, old, wish.checks)?;
    let mut now = old.clone();
    catch_up(engine.store(), &mut now)?;
    complete(&mut now)?;
    Ok((certainty, now))
}

fn prepare_present(
    engine: &Engine,
    (certainty, now): (Certainty, Session),
    wish: &Restore,
) -> Result<Prepared, OpsError> {
    let spot = find_place(engine, &now, wish.checks)?;
    let (session, start) = choose(engine, &now, wish, spot.path())?;
    engine.check_start(&session, None, spot.path(), &start)?;
    Ok(Prepared { certainty, spot, session, start })
}

/// Starts the agent of a session that has none running. `complete` adds what the record lacks, or
/// refuses it.
pub(in crate::ops) fn restart(
    engine: &Engine,
    key: &Key,
    wish: &Restore,
    verb: &str,
    complete: impl Fn(&mut Session) -> Result<(), OpsError>,
) -> Result<Restored, OpsError> {
    let (store, interrupt, id) = (engine.store(), engine.interrupt(), key.id);
    // Two concurrent restores of the session would both find it ended.
    let claimed = claim_in_turn(store.repository(), id, interrupt)?;
    // The previous holder may have changed or moved the record.
    let (entry, old) = load(&store.snapshot()?, key)?;
    let present = present(engine, &old, wish, complete)?;
    // Another session may be about to work on the same branch.
    let alone = lodging::alone(engine, &present.1)?;
    let prepared = prepare_present(engine, present, wish)?;
    let Prepared { certainty, spot, mut session, start } = prepared;
    interrupt.check()?;

    let (worktrees, workspaces) = (engine.worktrees(), engine.workspace());
    let mut made = spot.make(engine, &*workspaces, &session)?;
    if let (Made::Again(added), IgnoredFiles::Include) = (&mut made, wish.ignored_files) {
        engine.include(added, None)?;
    }
    match (&made, wish.setup) {
        (Made::Again(again), setup) => engine.await_setup(again.path(), setup)?,
        (Made::Existing(path, _), Setup::Skip) => workspace::end_setup(path)?,
        (Made::Existing(..), Setup::Run) | (Made::Lodging(_), _) => {}
    }
    ports::take(store.repository(), id)?;
    let workspace = made.path().to_owned();
    // Choose the clone's name before the agent is started: its supervisor reads the name.
    let replica = store.replica()?;
    let at = store.clock().now();
    let guard = StartGuard::new(engine, &session, &workspace, &start, at)?;
    interrupt.check()?;
    let handle = guard.handle();
    // An agent that this process starts comes after the record, and after that the old one goes.
    let is_certain = certainty == Certainty::Certain;
    if handle.is_some() && is_certain && is_left(engine, &old, &start, handle.as_deref()) {
        stop_left(engine, &old)?;
    }
    session.status = if guard.runs() { SessionStatus::Spawning } else { SessionStatus::Idle };
    session.status_reason = None;
    let before = session.placements.remove(&replica).unwrap_or_default();
    let placement = Placement {
        workspace: Some(workspace::to_record(&workspace, store.repository().environment())?),
        runtime: Some(start.runtime.name().to_owned()),
        handle: handle.clone(),
        socket: guard.socket(),
        at: Some(at),
        ..before
    };
    session.placements.insert(replica, placement);
    let has_agent = guard.runs();
    let (mut session, event) = write(engine, &entry, &old, &session, verb)?;
    let started = match guard.finish(&session) {
        Ok(started) => started,
        Err(error) => {
            take_back(store, &entry, &old, &session, verb)?;
            return Err(error);
        }
    };
    if handle.is_none() && started != Started::Nothing {
        session = store.snapshot()?.session(key.clone()).unwrap_or(session);
        let handle = placement::placement(store, &session).and_then(|it| it.handle.clone());
        if is_certain && is_left(engine, &old, &start, handle.as_deref()) {
            // The supervisor and the agent are those of the new start by now, and the old ones are
            // gone. The session is restored, whatever becomes of what its old runtime keeps.
            let _ = stop_in_runtime(engine, &old);
        }
    }
    let backups = match &made {
        Made::Existing(_, None) | Made::Lodging(_) => Vec::new(),
        // The session is restored: do not fail now because backups cannot be listed.
        Made::Existing(_, Some(_)) | Made::Again(_) => worktrees.backups(id).unwrap_or_default(),
    };
    let mut remarks = made.remarks();
    let problem = placement::folder_or_top(&workspace, &session).1;
    remarks.left_folder = session.folder.clone().zip(problem);
    made.keep();
    drop(alone);
    drop(claimed);
    let not_set_up = match has_agent {
        true => None,
        false => engine.set_up_alone(&mut session, &workspace)?,
    };
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
        not_set_up,
    })
}

/// Returns true if something may be left of the old agent, and the new one has another handle: with
/// the same one, stopping the old agent would stop the new one.
fn is_left(engine: &Engine, old: &Session, start: &Start, handle: Option<&str>) -> bool {
    let had = placement::placement(engine.store(), old);
    let is_new = |had: &Placement| {
        had.handle.as_deref() == handle && had.runtime.as_deref() == Some(start.runtime.name())
    };
    had.is_some_and(|had| had.handle.is_some() && !is_new(had))
}

pub(in crate::ops) fn load(
    snapshot: &Snapshot<'_>,
    key: &Key,
) -> Result<(Entry, Session), StoreError> {
    let entry = snapshot.get(key.clone())?;
    let session = snapshot.load(&entry);
    let session = session.map_err(|problem| StoreError::Corrupt { key: key.clone(), problem })?;
    Ok((entry, session))
}

/// Whether the session's previous agent is known to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    Unknown,
}

/// Refuses a session that is merged, or whose agent is or may be running.
fn check_status(engine: &Engine, session: &Session, checks: Checks) -> Result<Certainty, OpsError> {
    let id = session.id;
    if session.status == SessionStatus::Merged && checks == Checks::All {
        return Err(StatusError::Merged(id).into());
    }
    match liveness_after_end(engine, session) {
        // The supervisor and the agent that git-ao started are gone; only the runtime cannot tell.
        Liveness::Unknown(_)
            if checks == Checks::Skip
                && matches!(of_processes(engine.repository(), id), Liveness::Gone) =>
        {
            Ok(Certainty::Unknown)
        }
        Liveness::Unknown(source) => Err(AgentStateError::Unknown { id, source }.into()),
        Liveness::Alive { .. } => Err(LaunchError::Running(id).into()),
        Liveness::Gone => match placement::elsewhere(engine.store(), session) {
            Some(replica) if !session.status.is_terminal() && checks == Checks::All => {
                Err(ElsewhereError::MayRun { id, replica: replica.to_owned() }.into())
            }
            _ => Ok(Certainty::Certain),
        },
    }
}

/// Returns the session with its new agent, and how that agent is started.
fn choose(
    engine: &Engine,
    session: &Session,
    wish: &Restore,
    path: &Path,
) -> Result<(Session, Start), OpsError> {
    let runtime = runtime(engine, session, wish)?;
    let wanted = wish.agent.as_deref().or(session.agent.as_deref());
    let mut start = Start { runtime, action: Action::Launch, text: wish.text.clone() };
    if !start.runs_something() {
        let agent = wanted.map(str::to_owned);
        return Ok((Session { agent, ..session.clone() }, start));
    }
    let name = match engine.choose_agent(wanted)? {
        AgentChoice::Agent(name) => name,
        AgentChoice::NoAgent(none) => return Err(none.into()),
    };
    let agents = engine.agents();
    let agent = agents.find(&name)?;
    let agent_session_id = match wish.again {
        Again::Fresh => None,
        Again::Resume => match conversation::find(engine.store(), agent, session, path)? {
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
    engine: &Engine,
    session: &Session,
    wish: &Restore,
) -> Result<Arc<dyn Runtime>, OpsError> {
    let placement = placement::placement(engine.store(), session);
    let had = placement.and_then(|placement| placement.runtime.as_deref());
    // A session does not return to the foreground unless that is requested.
    let had = had.filter(|name| !matches!(*name, "foreground" | "none"));
    Ok(match (wish.runtime.as_deref(), had) {
        (None, Some(had)) => match engine.choose_runtime(Some(had)) {
            Err(RuntimeError::NotInstalled(_) | RuntimeError::TooOld { .. }) => {
                engine.choose_runtime(None)?
            }
            runtime => runtime?,
        },
        (asked, _) => engine.choose_runtime(asked)?,
    })
}

/// Writes the record. Fails if its status or placements were changed since it was read.
fn write(
    engine: &Engine,
    entry: &Entry,
    old: &Session,
    new: &Session,
    verb: &str,
) -> Result<(Session, Option<Oid>), OpsError> {
    let key = Key::from(&entry.location);
    let committed = engine.store().transaction(verb, |tx| {
        engine.interrupt().check()?;
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
                session.base.clone_from(&new.base);
            }
            session.agent.clone_from(&new.agent);
            session.agent_session_id.clone_from(&new.agent_session_id);
            session.placements.clone_from(&new.placements);
            Ok(session.clone())
        })
    })?;
    Ok((committed.value, committed.event))
}

/// Writes the old record again because the agent could not be started, unless the record was
/// changed by somebody else.
fn take_back(
    store: &Store,
    entry: &Entry,
    old: &Session,
    new: &Session,
    verb: &str,
) -> Result<(), StoreError> {
    let key = Key::from(&entry.location);
    store.transaction(verb, |tx| {
        tx.set_origin(Origin::Automatic);
        tx.describe(format!("{} -> {}, not started", new.status, old.status));
        let taken_back = tx.update_with(key.clone(), Guard::Off, |session| {
            let is_ours = session.status == new.status && session.placements == new.placements;
            if is_ours {
                session.status = old.status.clone();
                session.status_reason.clone_from(&old.status_reason);
                session.branch.clone_from(&old.branch);
                session.head.clone_from(&old.head);
                session.base.clone_from(&old.base);
                session.agent.clone_from(&old.agent);
                session.agent_session_id.clone_from(&old.agent_session_id);
                session.placements.clone_from(&old.placements);
            }
            Ok::<_, StoreError>(is_ours)
        });
        match taken_back {
            Ok(true) if entry.location.shelf == Shelf::Archived => {
                tx.archive(key.clone()).map(drop)
            }
            Ok(_) | Err(StoreError::NotFound(_) | StoreError::Archived(_)) => Ok(()),
            Err(error) => Err(error),
        }
    })?;
    Ok(())
}

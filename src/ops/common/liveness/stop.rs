use std::thread;
use std::time::{Duration, Instant};

use super::{AgentFile, Liveness, SupervisorProcess, is_anothers, of_placement, of_processes};
use crate::git::{FileError, Repository};
use crate::model::{Session, SessionId};
use crate::ops::common::placement::placement;
use crate::ops::common::start::GRACE;
use crate::ops::common::{AgentStateError, Engine, OpsError};
use crate::runtime::{Probe, Process, RuntimeError, Stopped};

/// Stops the session's agent in this clone and its supervisor, and removes what its runtime keeps
/// of it. A supervisor that also does other work is not stopped: it notices the end of the agent.
///
/// # Errors
/// Fails if the agent is still alive afterwards, or if its state cannot be determined.
pub fn stop(engine: &Engine, session: &Session) -> Result<Stopped, OpsError> {
    let (repo, id) = (engine.repository(), session.id);
    // Read these before stopping anything: a clean exit removes both.
    let runner = repo.lock_holder(&format!("run/{id}"))?.and_then(|who| who.parse().ok());
    let file = AgentFile::read(repo, id).ok().flatten().filter(AgentFile::is_of_this_namespace);
    let agent = file.as_ref().and_then(|file| file.agent.clone());
    let runner: Option<SupervisorProcess> = runner.or_else(|| file.map(|file| file.runner));
    let shared = runner.as_ref().filter(|runner| runner.stoppable().is_none());
    let shared = shared.map(|runner| runner.process().clone());
    let is_shared = shared.is_some();
    let runner = runner.and_then(|runner| runner.stoppable().cloned());
    let mut stopped = Stopped::AlreadyGone;
    let mut trouble = None;
    let mut note = |came: Result<Stopped, RuntimeError>| match came {
        Ok(Stopped::AlreadyGone) => {}
        Ok(Stopped::Ended) if stopped == Stopped::Killed => {}
        Ok(came) => stopped = came,
        // The handle now belongs to somebody else.
        Err(RuntimeError::NotOurs(_)) => {}
        Err(error) => trouble = Some(error),
    };
    if let Some(came) = stop_in_runtime(engine, session) {
        note(came);
    }
    for process in [&runner, &agent].into_iter().flatten() {
        note(process.stop(GRACE));
    }
    let is_over = |it: &Option<Process>| it.as_ref().is_some_and(has_ended);
    if is_shared && (trouble.is_none() || is_over(&agent)) {
        wait_for_release(repo, id);
    }
    // If both processes were known and have ended, the server's answer is not needed.
    let is_certain = (is_shared || is_over(&runner))
        && is_over(&agent)
        && matches!(of_processes(repo, id), Liveness::Gone);
    if is_certain && trouble.is_some() {
        return clear(repo, id).map(|()| stopped);
    }
    match (engine.liveness(session), trouble) {
        (Liveness::Gone, _) => clear(repo, id).map(|()| stopped),
        (Liveness::Unknown(_), _) if is_certain => clear(repo, id).map(|()| stopped),
        (Liveness::Alive { .. }, Some(source @ RuntimeError::Unknown(_))) if is_shared => {
            let pid = shared.map_or(0, |process| process.pid());
            Err(AgentStateError::InsideProcess { id, pid, source }.into())
        }
        (Liveness::Alive { .. }, Some(error)) => Err(error.into()),
        (Liveness::Alive { pid }, None) => Err(AgentStateError::NotStopped { id, pid }.into()),
        (Liveness::Unknown(source), _) => Err(AgentStateError::Unknown { id, source }.into()),
    }
}

/// Lets the recorded runtime stop what it started for the session. Returns None if nothing is
/// recorded, or if the handle names something else.
pub fn stop_in_runtime(
    engine: &Engine,
    session: &Session,
) -> Option<Result<Stopped, RuntimeError>> {
    let here = placement(engine.store(), session)?;
    let (name, handle) = (here.runtime.as_deref()?, here.handle.as_deref()?);
    if is_anothers(engine.repository(), session.id, handle) || is_this_process(handle) {
        return None;
    }
    let runtime = of_placement(engine, name, here);
    Some(runtime.and_then(|runtime| runtime.stop(&session.id, handle, GRACE)))
}

/// Returns true if a handle names this process, which may run an agent in its terminal.
fn is_this_process(handle: &str) -> bool {
    handle.parse::<Process>().is_ok_and(|process| process.is_current())
}

/// Waits until a supervisor that also does other work has noticed that its agent is gone.
fn wait_for_release(repo: &Repository, id: SessionId) {
    let end = Instant::now() + GRACE;
    while matches!(repo.lock_holder(&format!("run/{id}")), Ok(Some(_))) && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
}

fn has_ended(process: &Process) -> bool {
    matches!(process.probe(), Probe::Gone)
}

fn clear(repo: &Repository, id: SessionId) -> Result<(), OpsError> {
    let path = AgentFile::path(repo, id);
    let failed = |source| FileError { act: "remove", path, source };
    Ok(AgentFile::remove(repo, id).map_err(failed)?)
}

use super::{AgentFile, Liveness, is_anothers, liveness, of_placement, of_processes};
use crate::git::{FileError, Repository};
use crate::model::{Session, SessionId};
use crate::ops::common::placement::placement;
use crate::ops::common::start::GRACE;
use crate::ops::common::{AgentStateError, OpsError};
use crate::runtime::{Probe, Process, RuntimeError, Stopped};
use crate::store::Store;

/// Stops the session's agent in this clone and its supervisor, and removes what its runtime keeps
/// of it.
///
/// # Errors
/// Fails if the agent is still alive afterwards, or if its state cannot be determined.
pub fn stop(store: &Store, session: &Session) -> Result<Stopped, OpsError> {
    let (repo, id) = (store.repository(), session.id);
    // Read these before stopping anything: a clean exit removes both.
    let runner = repo.lock_holder(&format!("run/{id}"))?.and_then(|who| who.parse().ok());
    let file = AgentFile::read(repo, id).ok().flatten().filter(AgentFile::is_of_this_namespace);
    let agent = file.as_ref().and_then(|file| file.agent.clone());
    let runner: Option<Process> = runner.or_else(|| file.map(|file| file.runner));
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
    if let Some(here) = placement(store, session)
        && let (Some(name), Some(handle)) = (here.runtime.as_deref(), here.handle.as_deref())
        && !is_anothers(repo, id, handle)
    {
        let runtime = of_placement(repo, name, here);
        note(runtime.and_then(|runtime| runtime.stop(&id, handle, GRACE)));
    }
    let known = [runner, agent];
    for process in known.iter().flatten() {
        note(process.stop(GRACE));
    }
    // If both processes were known and have ended, the server's answer is not needed.
    let is_certain = known.iter().all(|it| it.as_ref().is_some_and(has_ended))
        && matches!(of_processes(repo, id), Liveness::Gone);
    if is_certain && trouble.is_some() {
        return clear(repo, id).map(|()| stopped);
    }
    match (liveness(store, session), trouble) {
        (Liveness::Gone, _) => clear(repo, id).map(|()| stopped),
        (Liveness::Unknown(_), _) if is_certain => clear(repo, id).map(|()| stopped),
        (Liveness::Alive { .. }, Some(error)) => Err(error.into()),
        (Liveness::Alive { pid }, None) => Err(AgentStateError::NotStopped { id, pid }.into()),
        (Liveness::Unknown(source), _) => Err(AgentStateError::Unknown { id, source }.into()),
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

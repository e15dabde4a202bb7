//! Looks after an agent in a thread of this process. The runtime starts the agent itself.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::child::Supervised;
use super::home::Home;
use super::log_lines::{LogLines, Rest};
use super::prepare::{Surroundings, prepare};
use super::running::StartedHere;
use crate::git::{FileError, Lock, LockError};
use crate::model::{Session, SessionId, Timestamp};
use crate::ops::common::liveness::{AgentFile, Liveness, SupervisorProcess, left_behind};
use crate::ops::common::setup::SetupScreen;
use crate::ops::common::start::GRACE;
use crate::ops::common::{Engine, LaunchError, OpsError, Start, log_file, placement};
use crate::runtime::{Exit, Process, ProcessEvent, Runtime, RuntimeError, Started, Terminal};

/// How long to wait for the agent's end before the log is read again.
const SLICE: Duration = Duration::from_millis(200);

/// Starts the agent of a recorded session, records that it is working, and lets a thread supervise
/// it. The caller holds the claim. Returns what was started, and the record.
///
/// # Errors
/// Fails if the agent cannot be started, or if that cannot be recorded. It is then not running.
pub(in crate::ops) fn begin_in_process(
    engine: &Engine,
    session: &Session,
    start: &Start,
    at: Timestamp,
) -> Result<Started, OpsError> {
    let (repo, id) = (engine.repository(), session.id);
    let supervisor = SupervisorProcess::Shared(Process::current()?);
    let alone = lock(engine, id, &supervisor)?;
    let mut home = Home::new(engine.store())?;
    let surroundings = Surroundings {
        action: start.action,
        terminal: Some(start.runtime.terminal()),
        text: start.text.clone(),
        supervisor,
    };
    let workspace = placement::workspace(engine, session)?;
    engine.set_up(session, &workspace, SetupScreen::Nothing)?;
    let mut prepared = prepare(engine, session, surroundings)?;
    let mut lines = None;
    if start.runtime.terminal() == Terminal::Absent {
        let path = log_file(repo, id)?;
        let failed = |source| FileError { act: "open", path: path.clone(), source };
        lines = Some(LogLines::at_end(&path, repo.settings().log_limit()).map_err(failed)?);
        prepared.plan.log = Some(path);
    }
    let since = prepared.note_start()?;
    let started = match start.runtime.start(&id, &prepared.plan) {
        Ok(started) => started,
        Err(error) => {
            let _ = AgentFile::remove(repo, id);
            return Err(error.into());
        }
    };
    let (Started::Running(handle) | Started::Here(handle)) = &started else {
        let _ = AgentFile::remove(repo, id);
        return Ok(started);
    };
    let hosted = Hosted {
        runtime: Arc::clone(&start.runtime),
        session: id,
        handle: handle.clone(),
        lines,
        ended: None,
    };
    let process = hosted.runtime.process(&id, &hosted.handle);
    prepared.note_agent(process.clone());
    let mut running = prepared.running(since, process);
    running.activity.set_terminal(Arc::clone(&hosted.runtime), &hosted.handle);
    let (handle, socket) = (handle.clone(), start.runtime.socket());
    running.started = Some(StartedHere { replica: engine.store().replica()?, at, handle, socket });
    if matches!(started, Started::Here(_)) {
        // The caller runs the agent, and records that.
        let _ = AgentFile::remove(repo, id);
        running.record_handle(&mut home)?;
        return Ok(started);
    }
    if let Err(error) = running.tell(&mut home, &hosted) {
        let _ = hosted.runtime.stop(&id, &hosted.handle, GRACE);
        let _ = AgentFile::remove(repo, id);
        return Err(error);
    }
    let name = format!("agent of {}", session.id.short());
    let look_after = move || {
        // The lock is released when all is recorded.
        let _alone = alone;
        // Nobody is there to be told: `doctor` and `reconcile` find what could not be recorded.
        let _ = running.look_after(home, Box::new(hosted));
    };
    match thread::Builder::new().name(name).spawn(look_after) {
        Ok(_) => Ok(started),
        Err(source) => {
            let _ = start.runtime.stop(&id, handle_of(&started), GRACE);
            let _ = AgentFile::remove(repo, id);
            Err(RuntimeError::Io { what: "start a thread".to_owned(), source }.into())
        }
    }
}

fn handle_of(started: &Started) -> &str {
    match started {
        Started::Running(handle) | Started::Here(handle) => handle,
        Started::Nothing => "",
    }
}

/// Takes the lock of the session's supervisor.
fn lock(engine: &Engine, id: SessionId, who: &SupervisorProcess) -> Result<Lock, OpsError> {
    let repo = engine.repository();
    let mut lock = match repo.lock_named(&format!("run/{id}"), Duration::ZERO) {
        Err(LockError::Timeout { .. }) => return Err(LaunchError::Running(id).into()),
        lock => lock?,
    };
    if !matches!(left_behind(repo, id), None | Some(Liveness::Gone)) {
        return Err(LaunchError::Running(id).into());
    }
    // If this fails, the holder of the lock is unknown, and is not stopped either.
    let _ = lock.sign(&who.to_string());
    Ok(lock)
}

/// An agent that a runtime started for this process.
struct Hosted {
    runtime: Arc<dyn Runtime>,
    session: SessionId,
    handle: String,
    /// The output of an agent without a terminal.
    lines: Option<LogLines>,
    ended: Option<Exit>,
}

impl Supervised for Hosted {
    fn next(&mut self, patience: Duration) -> Option<ProcessEvent> {
        let end = Instant::now() + patience;
        loop {
            let rest = if self.ended.is_some() { Rest::Included } else { Rest::Excluded };
            if let Some(line) = self.lines.as_mut().and_then(|lines| lines.next(rest)) {
                return Some(ProcessEvent::Line(line));
            }
            if let Some(ended) = self.ended {
                return Some(ProcessEvent::Ended(ended));
            }
            if let Some(lines) = &mut self.lines {
                lines.cut();
            }
            let left = end.saturating_duration_since(Instant::now());
            let slice = if self.lines.is_some() { left.min(SLICE) } else { left };
            self.ended = self.runtime.wait(&self.session, &self.handle, slice);
            if left.is_zero() && self.ended.is_none() {
                return None;
            }
        }
    }

    fn ask_to_end(&self) -> Result<(), RuntimeError> {
        self.runtime.stop(&self.session, &self.handle, GRACE).map(drop)
    }

    fn last_screen(&self) -> Option<String> {
        self.runtime.screen(&self.session, &self.handle)
    }

    fn clear(&self) {
        // What the runtime keeps is also removed by the next start, and by `cleanup`.
        let _ = self.runtime.stop(&self.session, &self.handle, Duration::ZERO);
    }
}

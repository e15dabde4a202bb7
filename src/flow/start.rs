//! Starting what keeps an agent alive, so that it can be taken back.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{FlowError, Interrupt, Launcher};
use crate::agent::Action;
use crate::git::{Lock, LockError, Repository};
use crate::model::{Session, SessionId, Timestamp};
use crate::runtime::{Runtime, Started};

/// How long a process may take to end when it is asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// How long a process that was started waits for its session to be written down.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// What is to be started with a session.
pub struct Start {
    /// What keeps the agent alive.
    pub runtime: Box<dyn Runtime>,
    /// What the agent is started for.
    pub action: Action,
    /// What it is told instead of its task.
    pub text: Option<String>,
}

impl Start {
    /// False for the runtime that starts nothing.
    pub(super) fn runs_something(&self) -> bool {
        self.runtime.name() != "none"
    }
}

/// What keeps others from starting or stopping the same session; whoever runs it waits for this.
pub(super) fn claim(
    repo: &Repository,
    session: SessionId,
    patience: Duration,
) -> Result<Lock, FlowError> {
    Ok(repo.lock_named(&format!("run/{session}.start"), patience)?)
}

/// As [`claim`], but waits until whoever has it is done; ^C ends the wait.
pub(super) fn claim_in_turn(
    repo: &Repository,
    session: SessionId,
    interrupt: &Interrupt<'_>,
) -> Result<Lock, FlowError> {
    let end = Instant::now() + PATIENCE;
    loop {
        interrupt.check()?;
        match claim(repo, session, Duration::ZERO) {
            Err(FlowError::Lock(LockError::Timeout { .. })) if Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(FlowError::Lock(LockError::Timeout { .. })) => {
                return Err(FlowError::Busy(session));
            }
            claimed => return claimed,
        }
    }
}

/// What was started and does not work yet: it waits for the claim. It is stopped again unless it is
/// [kept](Begun::keep).
pub(super) struct Begun<'a> {
    runtime: &'a dyn Runtime,
    session: SessionId,
    started: Option<Started>,
}

impl<'a> Begun<'a> {
    pub fn new(
        launcher: &Launcher,
        repo: &Repository,
        session: &Session,
        workspace: &Path,
        start: &'a Start,
        at: Timestamp,
    ) -> Result<Self, FlowError> {
        let started = launcher.start(repo, session, workspace, start, at)?;
        Ok(Self { runtime: &*start.runtime, session: session.id, started: Some(started) })
    }

    /// What placements have of it.
    pub fn handle(&self) -> Option<String> {
        match self.started.as_ref()? {
            Started::Running(handle) | Started::Here(handle) => Some(handle.clone()),
            Started::Nothing => None,
        }
    }

    /// The socket of the server that has it.
    pub fn socket(&self) -> Option<String> {
        self.handle().and_then(|_| self.runtime.socket())
    }

    /// Lets it go on.
    pub fn keep(mut self) -> Started {
        self.started.take().unwrap_or(Started::Nothing)
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if let Some(Started::Running(handle)) = &self.started {
            // Where this fails it ends by itself: it finds no record, or not its placement.
            let _ = self.runtime.stop(&self.session, handle, GRACE);
        }
    }
}

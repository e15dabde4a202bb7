use std::path::Path;

use crate::model::{Session, SessionId, Timestamp};
use crate::ops::common::start::GRACE;
use crate::ops::common::supervise::begin_in_process;
use crate::ops::common::{Engine, OpsError, Start, Supervisor, message};
use crate::runtime::Started;

/// The start of an agent, of which the record is not written yet. Dropping the guard takes the
/// start back.
pub(in crate::ops) struct StartGuard<'a> {
    engine: &'a Engine,
    start: &'a Start,
    session: SessionId,
    at: Timestamp,
    state: State,
}

enum State {
    /// The supervisor was started, and waits for the claim.
    Waiting(Started),
    /// The agent is started by this process, once the record is written.
    Later,
    Over,
}

impl<'a> StartGuard<'a> {
    pub fn new(
        engine: &'a Engine,
        session: &Session,
        workspace: &Path,
        start: &'a Start,
        at: Timestamp,
    ) -> Result<Self, OpsError> {
        let state = match engine.supervisor() {
            Supervisor::InProcess if start.runs_something() => State::Later,
            Supervisor::InProcess => State::Waiting(Started::Nothing),
            Supervisor::GitAo(program) | Supervisor::Program(program) => {
                message::leave(engine.repository(), session.id, start.text.as_deref())?;
                let started = engine.start_supervisor(program, session, workspace, start, at)?;
                State::Waiting(started)
            }
        };
        Ok(Self { engine, start, session: session.id, at, state })
    }

    /// Returns true if an agent runs, or will run.
    pub fn runs(&self) -> bool {
        matches!(self.state, State::Later) || self.handle().is_some()
    }

    /// Returns the handle to record in the placement, if it is known already.
    pub fn handle(&self) -> Option<String> {
        match &self.state {
            State::Waiting(Started::Running(handle) | Started::Here(handle)) => {
                Some(handle.clone())
            }
            State::Waiting(Started::Nothing) | State::Later | State::Over => None,
        }
    }

    /// Returns the socket of the server on which the process runs.
    pub fn socket(&self) -> Option<String> {
        self.handle().and_then(|_| self.start.runtime.socket())
    }

    /// Completes the start of an agent whose session is recorded now. A supervisor continues when
    /// the claim is released.
    ///
    /// # Errors
    /// Fails if this process cannot start the agent. Nothing is then running.
    pub fn finish(mut self, session: &Session) -> Result<Started, OpsError> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Waiting(started) => Ok(started),
            State::Later => begin_in_process(self.engine, session, self.start, self.at),
            State::Over => Ok(Started::Nothing),
        }
    }
}

impl Drop for StartGuard<'_> {
    fn drop(&mut self) {
        if let State::Waiting(Started::Running(handle)) = &self.state {
            // If this fails, the process exits by itself because its placement is not in the
            // record.
            let _ = self.start.runtime.stop(&self.session, handle, GRACE);
        }
    }
}

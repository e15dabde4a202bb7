//! Supervises a session's agent from start to end.

use std::io::Write;
use std::time::Duration;

use crate::git::{Lock, LockError, Repository};
use crate::model::{AgentEnd, Origin, Session, SessionId};
use crate::ops::common::inherited_output::inherited_output;
use crate::ops::common::liveness::{Liveness, SupervisorProcess, left_behind};
use crate::ops::common::run_request::key_of;
use crate::ops::common::setup::SetupScreen;
use crate::ops::common::start::{PATIENCE, claim};
use crate::ops::common::supervise::{Home, Surroundings, prepare, record_end};
use crate::ops::common::{
    Caller, Engine, LaunchError, OpsError, Run, StatusError, Supervisor, message, placement,
};
use crate::runtime::{Exit, Foreground, Process, Runtime, SignalHandle, Terminal};
use crate::store::{Key, Store, StoreError};
use crate::workspace;

/// The exclusive right to run a session's agent.
#[derive(Debug)]
pub struct Runner {
    run: Run,
    supervisor: SupervisorProcess,
    alone: Lock,
}

/// Where the output of an agent goes.
pub enum AgentOutput {
    /// The terminal of this process. If the session's runtime has no terminal, standard output,
    /// capped at `ao.logLimit` if that is the session's log.
    Inherited,
    /// This writer. The agent gets no terminal, whatever the runtime is.
    Captured(Box<dyn Write + Send>),
}

impl Engine {
    /// Runs a session's agent as a child of this process until it ends, and records its end: the
    /// work of a supervisor, which [`Supervisor::Program`] starts. Signals to this process are not
    /// passed on; see [`runner`](Engine::runner) for that.
    ///
    /// # Errors
    /// Fails like [`Engine::runner`] and [`Runner::run`].
    pub fn supervise(&self, run: Run) -> Result<Exit, OpsError> {
        self.runner(run)?.run(self, AgentOutput::Inherited, &mut |_| {})
    }

    /// Waits until no other process runs the session, and until the requester has written the
    /// record. A signal may end the caller during the wait, because nothing was started yet.
    ///
    /// # Errors
    /// Fails if another process already runs the session.
    pub fn runner(&self, run: Run) -> Result<Runner, OpsError> {
        let repo = self.repository();
        let process = Process::current()?;
        let supervisor = match self.supervisor() {
            Supervisor::InProcess => SupervisorProcess::Shared(process),
            Supervisor::GitAo(_) | Supervisor::Program(_) => SupervisorProcess::Own(process),
        };
        match lock(repo, run, &supervisor) {
            // The previous supervisor was killed, but its agent is still running.
            Ok(_) if !matches!(left_behind(repo, run.session), None | Some(Liveness::Gone)) => {
                Err(LaunchError::Running(run.session).into())
            }
            // The kernel releases the lock however this process ends.
            Ok(alone) => Ok(Runner { run, supervisor, alone }),
            Err(OpsError::Lock(LockError::Timeout { .. })) => {
                Err(LaunchError::Running(run.session).into())
            }
            Err(error) => Err(error),
        }
    }
}

fn lock(repo: &Repository, run: Run, who: &SupervisorProcess) -> Result<Lock, OpsError> {
    let patience = if matches!(run.turn, Caller::Runtime(_)) { PATIENCE } else { Duration::ZERO };
    let claim = claim(repo, run.session, patience)?;
    let lock = repo.lock_named(&format!("run/{}", run.session), patience);
    drop(claim);
    let mut lock = lock?;
    // Name this process in the lock, so that it can be found without a record. Failing to is
    // harmless.
    let _ = lock.sign(&who.to_string());
    Ok(lock)
}

impl Runner {
    /// Starts the agent in its workspace and supervises it until it ends. The record shows that it
    /// is working, how it ended, and its own id of the conversation.
    ///
    /// An interrupt takes effect until the agent is started. `watch` receives a handle that
    /// forwards signals to it.
    ///
    /// # Errors
    /// Fails if the session has ended, or if its agent cannot be started; the record then shows
    /// that failure.
    pub fn run(
        self,
        engine: &Engine,
        output: AgentOutput,
        watch: &mut dyn FnMut(SignalHandle),
    ) -> Result<Exit, OpsError> {
        let store = engine.store();
        let key = own_key(store, self.run.session);
        let session = store.snapshot()?.session(key)?;
        if session.status.is_terminal() {
            return Err(StatusError::Ended { id: session.id, status: session.status }.into());
        }
        let (session, text) = match self.run.turn {
            // The requester was stopped before it wrote the placement, and could not stop this
            // process.
            Caller::Runtime(Some(at))
                if placement::placement(store, &session).and_then(|it| it.at) != Some(at) =>
            {
                return Err(StatusError::Changed(session.id).into());
            }
            Caller::Runtime(_) => {
                let text = message::left(store.repository(), session.id)?;
                (session, text)
            }
            Caller::Terminal => (place_here(store, &session)?, None),
        };
        let screen = match output {
            AgentOutput::Inherited => SetupScreen::Own,
            AgentOutput::Captured(_) => SetupScreen::Nothing,
        };
        let set_up = placement::workspace(engine, &session)
            .and_then(|workspace| engine.set_up(&session, &workspace, screen));
        let (terminal, output) = match output {
            AgentOutput::Inherited => (None, inherited_output(store, session.id)),
            AgentOutput::Captured(writer) => (Some(Terminal::Absent), writer),
        };
        let Runner { run, supervisor, alone } = self;
        let mut home = Home::new(store)?;
        let surroundings = Surroundings { action: run.action, terminal, text, supervisor };
        let prepared = set_up.and_then(|()| prepare(engine, &session, surroundings));
        let begun = prepared.and_then(|prepared| {
            // From here on, signals are forwarded to the agent.
            engine.interrupt().check()?;
            prepared.begin(output)
        });
        let (running, child) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let end = AgentEnd::NotStarted(error.to_string());
                record_end(store, &key_of(&session), None, &end, None)?;
                return Err(error);
            }
        };
        // The agent has its prompt now.
        let _ = message::leave(store.repository(), session.id, None);
        watch(child.signals());
        let agent = running.on_screen(child);
        let trouble = running.tell(&mut home, &*agent).err();
        let ended = running.look_after(home, agent);
        drop(alone);
        match trouble {
            Some(error) if ended.is_ok() => Err(error),
            _ => ended,
        }
    }
}

/// Records this process as the runtime of the agent.
fn place_here(store: &Store, session: &Session) -> Result<Session, OpsError> {
    let (replica, process) = (store.replica()?, Process::current()?);
    let placed = store.transaction("place", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.update(key_of(session), |session| {
            let placement = session.placements.entry(replica.clone()).or_default();
            placement.runtime = Some(Foreground.name().to_owned());
            placement.handle = Some(process.to_string());
            placement.socket = None;
            Ok::<_, StoreError>(session.clone())
        })
    });
    Ok(placed?.value)
}

/// Returns the key of the session. If two projects have a session with this id, the worktree
/// decides.
fn own_key(store: &Store, session: SessionId) -> Key {
    let here = workspace::key_here(store.repository());
    here.filter(|key| key.id == session).unwrap_or_else(|| session.into())
}

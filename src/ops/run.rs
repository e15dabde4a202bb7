//! Supervises a session's agent from start to end.

mod home;
mod look_after;
mod prepare;
mod request;

use std::io::Write;
use std::time::Duration;

use self::home::Home;
use self::look_after::end;
use self::prepare::prepare;
use self::request::key_of;
pub use self::request::{Caller, Run};
use crate::git::{Lock, LockError, Repository};
use crate::model::{Origin, Session, SessionId, SessionStatus};
use crate::ops::common::conversation::NOT_STARTED;
use crate::ops::common::liveness::{Liveness, left_behind};
use crate::ops::common::start::{PATIENCE, claim};
use crate::ops::common::{
    Interrupt, LaunchError, Launcher, OpsError, StatusError, message, placement,
};
use crate::runtime::{Exit, Foreground, Process, Runtime, SignalHandle};
use crate::store::{Key, Store, StoreError};
use crate::workspace;

/// The exclusive right to run a session's agent.
#[derive(Debug)]
pub struct Runner {
    run: Run,
    _alone: Lock,
}

impl Run {
    /// Waits until no other process runs the session, and until the requester has written the
    /// record. A signal may end the caller during the wait, because nothing was started yet.
    ///
    /// # Errors
    /// Fails if another process already runs the session.
    pub fn wait_for_turn(self, repo: &Repository) -> Result<Runner, OpsError> {
        let patience =
            if matches!(self.turn, Caller::Runtime(_)) { PATIENCE } else { Duration::ZERO };
        let claimed = claim(repo, self.session, patience);
        let lock = claimed.and_then(|claim| {
            let lock = repo.lock_named(&format!("run/{}", self.session), patience);
            drop(claim);
            let mut lock = lock?;
            // Name this process in the lock, so that it can be found without a record. Failing to
            // is harmless.
            if let Ok(process) = Process::current() {
                let _ = lock.sign(&process.to_string());
            }
            Ok(lock)
        });
        match lock {
            // The previous supervisor was killed, but its agent is still running.
            Ok(_) if !matches!(left_behind(repo, self.session), None | Some(Liveness::Gone)) => {
                Err(LaunchError::Running(self.session).into())
            }
            // The kernel releases the lock however this process ends.
            Ok(alone) => Ok(Runner { run: self, _alone: alone }),
            Err(OpsError::Lock(LockError::Timeout { .. })) => {
                Err(LaunchError::Running(self.session).into())
            }
            Err(error) => Err(error),
        }
    }
}

impl Runner {
    /// Starts the agent in its workspace and supervises it until it ends. The record shows that it
    /// is working, how it ended, and its own id of the conversation.
    ///
    /// `output` receives the agent's output if there is no terminal. An interrupt takes effect
    /// until the agent is started. `watch` receives a handle that forwards signals, if there is a
    /// process to forward them to.
    ///
    /// # Errors
    /// Fails if the session has ended, or if its agent cannot be started; the record then shows
    /// that failure.
    pub fn run(
        self,
        store: &Store,
        launcher: &Launcher,
        output: Box<dyn Write + Send>,
        interrupt: &Interrupt<'_>,
        watch: &mut dyn FnMut(SignalHandle),
    ) -> Result<Exit, OpsError> {
        let key = own_key(store, self.run.session);
        let session = store.snapshot()?.session(key)?;
        if session.status.is_terminal() {
            return Err(StatusError::Ended { id: session.id, status: session.status }.into());
        }
        let session = match self.run.turn {
            // The requester was stopped before it wrote the placement, and could not stop this
            // process.
            Caller::Runtime(Some(at))
                if placement::placement(store, &session).and_then(|it| it.at) != Some(at) =>
            {
                return Err(StatusError::Changed(session.id).into());
            }
            Caller::Runtime(_) => session,
            Caller::Terminal => place_here(store, &session)?,
        };
        let home = Home::new(store)?;
        let prepared = prepare(store, launcher, &self.run, &session, output);
        let begun = prepared.and_then(|prepared| {
            // From here on, signals are forwarded to the agent.
            interrupt.check()?;
            prepared.begin(store.repository())
        });
        match begun {
            Ok(agent) => {
                // The agent has its prompt now.
                let _ = message::leave(store.repository(), session.id, None);
                agent.look_after(home, watch)
            }
            Err(error) => {
                let reason = format!("{NOT_STARTED}{error}");
                end(store, &key_of(&session), None, (&SessionStatus::Errored, &reason))?;
                Err(error)
            }
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

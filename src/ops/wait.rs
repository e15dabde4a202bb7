//! Waits for sessions.

use std::thread;
use std::time::{Duration, Instant};

use crate::model::Session;
use crate::ops::common::{Engine, Liveness, OpsError, placement};
use crate::store::{Key, Store};

/// The pauses between two looks at the store.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The pause between two looks at the agent, whose end may not have been recorded.
const LOOK: Duration = Duration::from_secs(2);

/// The result of [`wait`](Engine::wait).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Waited {
    /// The session now, active or archived.
    pub session: Session,
    /// Why the wait is over.
    pub outcome: WaitOutcome,
}

/// Why a wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitOutcome {
    /// The session is in the awaited state.
    Reached,
    /// The session's agent ran in this clone, and is gone without a recorded end. Nothing changes
    /// the session until somebody [reconciles](Engine::reconcile) it.
    AgentGone,
    /// The time is up.
    TimedOut,
}

impl Engine {
    /// Waits until a session has ended, for at most `limit`. How its agent ended is in
    /// [`Session::agent_end`].
    ///
    /// # Errors
    /// Fails if there is no such session, or if the store cannot be read.
    pub fn wait(&self, key: impl Into<Key>, limit: Duration) -> Result<Waited, OpsError> {
        self.wait_until(key, limit, |session| session.status.is_terminal())
    }

    /// Waits until a session is in a certain state, for at most `limit`.
    ///
    /// # Errors
    /// Fails if there is no such session, or if the store cannot be read. Fails with
    /// [`OpsError::Interrupted`] if the engine's interrupt fires.
    pub fn wait_until(
        &self,
        key: impl Into<Key>,
        limit: Duration,
        is_reached: impl Fn(&Session) -> bool,
    ) -> Result<Waited, OpsError> {
        let (key, store) = (key.into(), self.store());
        let end = Instant::now() + limit;
        let (mut pause, mut next_look) = (FIRST_PAUSE, Instant::now() + LOOK);
        let mut watch = store.watch(store.newest()?);
        let mut session = read(store, &key)?;
        loop {
            if is_reached(&session) {
                return Ok(Waited { session, outcome: WaitOutcome::Reached });
            }
            let now = Instant::now();
            if now >= next_look {
                next_look = now + LOOK;
                if was_started_here(store, &session)
                    && matches!(self.liveness(&session), Liveness::Gone)
                {
                    // The end may have been recorded just before the agent was gone.
                    session = read(store, &key)?;
                    let outcome = match is_reached(&session) {
                        true => WaitOutcome::Reached,
                        false => WaitOutcome::AgentGone,
                    };
                    return Ok(Waited { session, outcome });
                }
            }
            self.interrupt().check()?;
            if now >= end {
                return Ok(Waited { session, outcome: WaitOutcome::TimedOut });
            }
            thread::sleep(pause.min(end - now));
            match watch.poll()? {
                Some(_) => {
                    session = read(store, &key)?;
                    pause = FIRST_PAUSE;
                }
                None => pause = LONGEST_PAUSE.min(2 * pause),
            }
        }
    }
}

fn read(store: &Store, key: &Key) -> Result<Session, OpsError> {
    Ok(store.snapshot()?.session(key.clone())?)
}

fn was_started_here(store: &Store, session: &Session) -> bool {
    placement(store, session).is_some_and(|here| here.is_started()) && !session.status.is_terminal()
}

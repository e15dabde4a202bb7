//! Changes a session's status on request.

use crate::model::{Guard, Oid, Session, SessionStatus};
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::{Checks, Engine, Liveness, OpsError, lodging};
use crate::store::{Key, StoreError};

/// A requested change of status.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct StatusChange {
    /// The reason.
    pub reason: Option<String>,
    /// Whether the status table is enforced, and whether [`kill`](crate::ops::Engine::kill) refuses an agent
    /// that it cannot stop.
    pub checks: Checks,
}

impl StatusChange {
    /// Sets the reason.
    #[must_use]
    pub fn reason(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    /// Sets whether objections count.
    #[must_use]
    pub fn checks(self, checks: Checks) -> Self {
        Self { checks, ..self }
    }
}

/// The result of a change of status.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Changed {
    /// The session after the change.
    pub session: Session,
    /// The previous status.
    pub before: SessionStatus,
    /// The event; None if nothing changed.
    pub event: Option<Oid>,
}

/// Changes the status of an active session. An end also records its branch and head. Writes nothing
/// if the session already has the status, unless nobody has given it: its agent has vanished, or could
/// not be started.
pub(in crate::ops) fn change(
    engine: &Engine,
    key: &Key,
    verb: &str,
    to: &SessionStatus,
    say: &StatusChange,
) -> Result<Changed, OpsError> {
    let committed = engine.store().transaction(verb, |tx| {
        engine.interrupt().check()?;
        let session = tx.session(key.clone())?;
        let before = session.status.clone();
        let is_unsettled = session.was_taken_down() || session.failed_start().is_some();
        if before == *to && !is_unsettled {
            return Ok::<_, OpsError>((session, before));
        }
        match say.checks {
            Checks::All => tx.change_status(key.clone(), to, say.reason.as_deref())?,
            Checks::Skip => {
                tx.update_with(key.clone(), Guard::Off, |session| {
                    session.status = to.clone();
                    session.status_reason.clone_from(&say.reason);
                    Ok::<_, StoreError>(())
                })?;
                tx.describe(format!("{before} -> {to}"));
            }
        }
        if to.is_terminal() {
            let store = engine.store();
            // The end counts even if the branch cannot be read.
            tx.update(key.clone(), |session| {
                let _ = catch_up(store, session);
                Ok::<_, StoreError>(())
            })?;
        }
        Ok((tx.session(key.clone())?, before))
    })?;
    let (session, before) = committed.value;
    // `kill` has yet to stop the agent.
    if to.is_terminal()
        && lodging::lodging(engine.store(), &session).is_some()
        && matches!(engine.liveness(&session), Liveness::Gone)
    {
        lodging::leave(engine.store(), &session);
    }
    Ok(Changed { session, before, event: committed.event })
}

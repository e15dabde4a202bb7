use crate::model::{Guard, Origin, Session, SessionStatus};
use crate::ops::common::branch_sessions::record_branch;
use crate::ops::common::liveness::{Liveness, stop};
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{
    AgentStateError, Checks, ElsewhereError, Engine, OpsError, lodging, placement,
};
use crate::runtime::Stopped;
use crate::store::{Key, Shelf, Store, StoreError};

/// The result of [`kill`](crate::ops::Engine::kill).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Killed {
    /// The change of status. A session that had already ended is unchanged.
    pub changed: Changed,
    /// How its process in this clone was stopped; None if its state could not be determined.
    pub stopped: Option<Stopped>,
    /// The shelf of the record.
    pub shelf: Shelf,
}

impl Engine {
    /// Ends a session and stops its process in this clone. The worktree and the branch stay.
    ///
    /// A session that has already ended keeps its status, but its remaining processes are stopped;
    /// one that has vanished or could not be started in this clone is ended, so that it no longer
    /// needs attention. A
    /// process in another clone, or one that is not visible, cannot be stopped; this is refused unless
    /// the transition is forced. An interrupt takes effect until the status is written; after that, the
    /// process is stopped.
    ///
    /// # Errors
    /// Fails if there is no such session, if it lives in another clone, or if its process cannot be
    /// stopped. The status is then unchanged.
    pub fn kill(&self, key: impl Into<Key>, say: &StatusChange) -> Result<Killed, OpsError> {
        let store = self.store();
        let key: &Key = &key.into();
        let snapshot = store.snapshot()?;
        let entry = snapshot.get(key.clone())?;
        let shelf = entry.location.shelf;
        let session = snapshot.session(key.clone())?;
        if shelf == Shelf::Archived || session.status.is_terminal() && !self.is_unsettled(&session)
        {
            let stopped = Some(stop(self, &session)?);
            record_branch(store, key)?;
            let before = session.status.clone();
            let changed = Changed { session, before, event: None };
            return Ok(Killed { changed, stopped, shelf });
        }
        let alive = self.liveness(&session);
        let is_here = placement::placement(store, &session)
            .is_some_and(|here| here.handle.is_some())
            || !matches!(alive, Liveness::Gone);
        if let Some(replica) = placement::elsewhere(store, &session).filter(|_| !is_here)
            && say.checks == Checks::All
        {
            return Err(ElsewhereError::NotStoppable {
                id: session.id,
                replica: replica.to_owned(),
            }
            .into());
        }
        if let Liveness::Unknown(source) = alive {
            if say.checks == Checks::All {
                return Err(AgentStateError::Unknown { id: session.id, source }.into());
            }
            let changed = change(self, key, "kill", &SessionStatus::Killed, say)?;
            let stopped = stop(self, &changed.session).ok();
            return Ok(Killed { changed, stopped, shelf });
        }
        // Write the status first, so that the supervisor does not record the exit as the agent's own.
        let changed = change(self, key, "kill", &SessionStatus::Killed, say)?;
        match stop(self, &changed.session) {
            Ok(stopped) => {
                // The supervisor would record the branch, but it may be gone too.
                record_branch(store, key)?;
                lodging::leave(store, &changed.session);
                self.capture_grown(&[&changed.session]);
                Ok(Killed { changed, stopped: Some(stopped), shelf })
            }
            Err(error) => {
                take_back(store, key, &changed, session.status_reason)?;
                Err(error)
            }
        }
    }
}

impl Engine {
    /// Returns true if nobody has ended a session of this clone: its agent has vanished, or could not
    /// be started.
    fn is_unsettled(&self, session: &Session) -> bool {
        placement::placement(self.store(), session).is_some()
            && (session.was_taken_down() || session.failed_start().is_some())
    }
}

/// Restores the status because the agent is still running, unless the status was changed again.
fn take_back(
    store: &Store,
    key: &Key,
    changed: &Changed,
    reason: Option<String>,
) -> Result<(), StoreError> {
    store.transaction("kill", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.describe(format!("{} -> {}", SessionStatus::Killed, changed.before));
        tx.update_with(key.clone(), Guard::Off, |session| {
            if session.status == SessionStatus::Killed {
                session.status = changed.before.clone();
                session.status_reason.clone_from(&reason);
            }
            Ok::<_, StoreError>(())
        })
    })?;
    Ok(())
}

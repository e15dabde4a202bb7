use crate::model::{Origin, SessionStatus};
use crate::ops::common::branch_sessions::record_branch;
use crate::ops::common::liveness::{Liveness, liveness, stop};
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{FlowError, Interrupt, Transition, placement};
use crate::runtime::Stopped;
use crate::store::{Key, Shelf, Store, StoreError};

/// The result of [`kill`].
#[derive(Debug, Clone)]
pub struct Killed {
    /// The change of status; the session may have ended before, and is then as it was.
    pub changed: Changed,
    /// What became of its process in this clone; None where it could not be told whether it has one.
    pub stopped: Option<Stopped>,
    /// Where the record lies.
    pub shelf: Shelf,
}

/// Ends a session: its process in this clone is stopped. Its worktree and branch stay.
///
/// A session that has ended keeps its status, but what still runs of it is stopped. What runs in
/// another clone is not, nor what cannot be seen, so that is refused unless the rule is not to
/// count. An interrupt counts until the status is written; after that the process is stopped.
///
/// # Errors
/// When there is no such session, or it lives in another clone, or its process cannot be stopped;
/// the status is then as before.
pub fn kill(
    store: &Store,
    key: &Key,
    say: &StatusChange,
    interrupt: &Interrupt<'_>,
) -> Result<Killed, FlowError> {
    let snapshot = store.snapshot()?;
    let entry = snapshot.get(key.clone())?;
    let shelf = entry.location.shelf;
    let session = snapshot.session(key.clone())?;
    if shelf == Shelf::Archived || session.status.is_terminal() {
        let stopped = Some(stop(store, &session)?);
        record_branch(store, key)?;
        let before = session.status.clone();
        let changed = Changed { session, before, event: None };
        return Ok(Killed { changed, stopped, shelf });
    }
    let alive = liveness(store, &session);
    let is_here = placement::placement(store, &session).is_some_and(|here| here.handle.is_some())
        || !matches!(alive, Liveness::Gone);
    if let Some(replica) = placement::elsewhere(store, &session).filter(|_| !is_here)
        && say.rule == Transition::Checked
    {
        return Err(FlowError::OutOfReach { id: session.id, replica: replica.to_owned() });
    }
    if let Liveness::Unknown(source) = alive {
        if say.rule == Transition::Checked {
            return Err(FlowError::Unknown { id: session.id, source });
        }
        let changed = change(store, key, "kill", &SessionStatus::Killed, say, interrupt)?;
        let stopped = stop(store, &changed.session).ok();
        return Ok(Killed { changed, stopped, shelf });
    }
    // First the status: so the end of the agent is not taken for its own.
    let changed = change(store, key, "kill", &SessionStatus::Killed, say, interrupt)?;
    match stop(store, &changed.session) {
        Ok(stopped) => {
            // Whoever looked after it may be gone, too.
            record_branch(store, key)?;
            Ok(Killed { changed, stopped: Some(stopped), shelf })
        }
        Err(error) => {
            take_back(store, key, &changed, session.status_reason)?;
            Err(error)
        }
    }
}

/// It is not dead after all; unless somebody else has said something about it meanwhile.
fn take_back(
    store: &Store,
    key: &Key,
    changed: &Changed,
    reason: Option<String>,
) -> Result<(), StoreError> {
    store.transaction("kill", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.describe(format!("{} -> {}", SessionStatus::Killed, changed.before));
        tx.update(key.clone(), |session| {
            if session.status == SessionStatus::Killed {
                session.status = changed.before.clone();
                session.status_reason.clone_from(&reason);
            }
            Ok::<_, StoreError>(())
        })
    })?;
    Ok(())
}

use crate::model::SessionStatus;
use crate::ops::common::liveness::{Liveness, liveness};
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{Interrupt, OpsError, StatusError, placement};
use crate::store::{Key, Store};

/// Marks a paused session as resumed: as `working` if its agent is or may be alive, otherwise as
/// `idle`.
///
/// # Errors
/// Fails if the session does not exist, is archived, or is not paused.
pub fn resume(store: &Store, key: &Key, say: &StatusChange) -> Result<Changed, OpsError> {
    let session = store.snapshot()?.session(key.clone())?;
    if session.status != SessionStatus::Paused {
        return Err(StatusError::NotPaused { id: session.id, status: session.status }.into());
    }
    let elsewhere = placement::elsewhere(store, &session).is_some();
    let to = match liveness(store, &session) {
        Liveness::Gone if !elsewhere => SessionStatus::Idle,
        _ => SessionStatus::Working,
    };
    change(store, key, "resume", &to, say, &Interrupt::never())
}

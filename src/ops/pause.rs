use crate::model::SessionStatus;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{Interrupt, OpsError};
use crate::store::{Key, Store};

/// Marks a session as paused. Its agent is not told and keeps running.
///
/// # Errors
/// Fails if the session does not exist, is archived, or has a final status.
pub fn pause(store: &Store, key: &Key, say: &StatusChange) -> Result<Changed, OpsError> {
    change(store, key, "pause", &SessionStatus::Paused, say, &Interrupt::never())
}

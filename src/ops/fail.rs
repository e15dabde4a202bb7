use crate::model::SessionStatus;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{Interrupt, OpsError};
use crate::store::{Key, Store};

/// Marks a session as failed.
///
/// # Errors
/// Fails if the session does not exist, is archived, or has another final status.
pub fn fail(store: &Store, key: &Key, say: &StatusChange) -> Result<Changed, OpsError> {
    change(store, key, "fail", &SessionStatus::Errored, say, &Interrupt::never())
}

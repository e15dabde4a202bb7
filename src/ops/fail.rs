use crate::model::SessionStatus;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{FlowError, Interrupt};
use crate::store::{Key, Store};

/// Marks a session as failed.
///
/// # Errors
/// When the session is not there or archived, or has ended in another way.
pub fn fail(store: &Store, key: &Key, say: &StatusChange) -> Result<Changed, FlowError> {
    change(store, key, "fail", &SessionStatus::Errored, say, &Interrupt::never())
}

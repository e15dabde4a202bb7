use crate::model::SessionStatus;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{FlowError, Interrupt};
use crate::store::{Key, Store};

/// Notes that the work rests. What runs goes on running: its agent is not told.
///
/// # Errors
/// When the session is not there or archived, or has ended in another way.
pub fn pause(store: &Store, key: &Key, say: &StatusChange) -> Result<Changed, FlowError> {
    change(store, key, "pause", &SessionStatus::Paused, say, &Interrupt::never())
}

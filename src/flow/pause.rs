use super::change::{Changed, Say, change};
use super::{FlowError, Interrupt};
use crate::model::SessionStatus;
use crate::store::{Key, Store};

/// Notes that the work rests. What runs goes on running: its agent is not told.
///
/// # Errors
/// When the session is not there or archived, or has ended in another way.
pub fn pause(store: &Store, key: &Key, say: &Say) -> Result<Changed, FlowError> {
    change(store, key, "pause", &SessionStatus::Paused, say, &Interrupt::never())
}

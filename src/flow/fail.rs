use super::change::{Changed, Say, change};
use super::{FlowError, Interrupt};
use crate::model::SessionStatus;
use crate::store::{Key, Store};

/// Marks a session as failed.
///
/// # Errors
/// When the session is not there or archived, or has ended in another way.
pub fn fail(store: &Store, key: &Key, say: &Say) -> Result<Changed, FlowError> {
    change(store, key, "fail", &SessionStatus::Errored, say, &Interrupt::never())
}

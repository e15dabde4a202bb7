use crate::ops::common::status_change::StatusChange;
use crate::ops::common::{Interrupt, OpsError};
use crate::ops::{Killed, kill};
use crate::store::{Key, Store};

/// Ends a session that is no longer needed, like [`kill`](fn@super::kill) with `cancelled` as the
/// reason.
///
/// # Errors
/// Fails like [`kill`](fn@super::kill).
pub fn cancel(
    store: &Store,
    key: &Key,
    say: &StatusChange,
    interrupt: &Interrupt<'_>,
) -> Result<Killed, OpsError> {
    let reason = match &say.reason {
        Some(why) => format!("cancelled: {why}"),
        None => "cancelled".to_owned(),
    };
    kill(store, key, &StatusChange { reason: Some(reason), ..say.clone() }, interrupt)
}

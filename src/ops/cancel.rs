use crate::ops::common::status_change::StatusChange;
use crate::ops::common::{Engine, OpsError};
use crate::ops::kill::Killed;
use crate::store::Key;

impl Engine {
    /// Ends a session that is no longer needed, like [`kill`](Self::kill) with `cancelled` as the
    /// reason.
    ///
    /// # Errors
    /// Fails like [`kill`](Self::kill).
    pub fn cancel(&self, key: impl Into<Key>, say: &StatusChange) -> Result<Killed, OpsError> {
        let reason = match &say.reason {
            Some(why) => format!("cancelled: {why}"),
            None => "cancelled".to_owned(),
        };
        self.kill(key, &StatusChange { reason: Some(reason), ..say.clone() })
    }
}

use crate::model::SessionStatus;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{Engine, OpsError};
use crate::store::Key;

impl Engine {
    /// Marks a session as paused. Its agent is not told and keeps running.
    ///
    /// # Errors
    /// Fails if the session does not exist, is archived, or has a final status.
    pub fn pause(&self, key: impl Into<Key>, say: &StatusChange) -> Result<Changed, OpsError> {
        change(self, &key.into(), "pause", &SessionStatus::Paused, say)
    }
}

use crate::model::SessionStatus;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{Engine, OpsError};
use crate::store::Key;

impl Engine {
    /// Marks a session as done.
    ///
    /// # Errors
    /// Fails if the session does not exist, is archived, or has another final status.
    pub fn complete(&self, key: impl Into<Key>, say: &StatusChange) -> Result<Changed, OpsError> {
        change(self, &key.into(), "complete", &SessionStatus::Done, say)
    }
}

use crate::model::SessionStatus;
use crate::ops::common::liveness::Liveness;
use crate::ops::common::status_change::{Changed, StatusChange, change};
use crate::ops::common::{Engine, OpsError, StatusError, placement};
use crate::store::Key;

impl Engine {
    /// Marks a paused session as resumed: as `working` if its agent is or may be alive, otherwise as
    /// `idle`.
    ///
    /// # Errors
    /// Fails if the session does not exist, is archived, or is not paused.
    pub fn resume(&self, key: impl Into<Key>, say: &StatusChange) -> Result<Changed, OpsError> {
        let store = self.store();
        let key = key.into();
        let session = store.snapshot()?.session(key.clone())?;
        if session.status != SessionStatus::Paused {
            return Err(StatusError::NotPaused { id: session.id, status: session.status }.into());
        }
        let elsewhere = placement::elsewhere(store, &session).is_some();
        let to = match self.liveness(&session) {
            Liveness::Gone if !elsewhere => SessionStatus::Idle,
            _ => SessionStatus::Working,
        };
        change(self, &key, "resume", &to, say)
    }
}

use crate::ops::common::Engine;
use crate::ops::common::targets::{self, MovedSession};
use crate::store::{Committed, Key, StoreError};

impl Engine {
    /// Moves sessions out of the archive, all in a single event. Their records do not change.
    ///
    /// # Errors
    /// Fails if a session does not exist, or if the store cannot be read or written. No session is then
    /// moved.
    pub fn unarchive(&self, keys: &[Key]) -> Result<Committed<Vec<MovedSession>>, StoreError> {
        let store = self.store();
        store.transaction("unarchive", |tx| {
            let sessions = targets::load(tx.snapshot(), keys)?;
            targets::move_each(sessions, |key| tx.unarchive(key))
        })
    }
}

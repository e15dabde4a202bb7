use std::collections::BTreeMap;

use crate::model::{Session, SessionId};
use crate::ops::common::{Engine, OpsError};
use crate::store::History;

impl Engine {
    /// Returns the sessions that were deleted, as they were before: what they have used was used.
    ///
    /// # Errors
    /// Fails if the store cannot be read. An event or a record that cannot be read is left out.
    pub fn deleted_sessions(&self) -> Result<Vec<Session>, OpsError> {
        let store = self.store();
        let snapshot = store.snapshot()?;
        let mut deleted = BTreeMap::new();
        for event in snapshot.events(History::default().ops(["delete"])).filter_map(Result::ok) {
            let Some(parent) = event.parents.first() else { continue };
            let Ok(before) = store.snapshot_at(parent) else { continue };
            for id in &event.message.sessions {
                if deleted.contains_key(id) || snapshot.contains(*id)? {
                    continue;
                }
                if let Ok(session) = before.session(*id) {
                    deleted.insert(*id, session);
                }
            }
        }
        Ok(deleted.into_values().collect())
    }

    /// Returns the sessions that have transcripts here, and no record any more.
    ///
    /// # Errors
    /// Fails if the store or the transcripts cannot be read.
    pub fn deleted_with_transcripts(&self) -> Result<Vec<SessionId>, OpsError> {
        let Some(transcripts) = self.transcripts()? else { return Ok(Vec::new()) };
        let snapshot = self.store().snapshot()?;
        let mut deleted = Vec::new();
        for id in transcripts.sessions() {
            if snapshot.find(id)?.is_none() {
                deleted.push(id);
            }
        }
        Ok(deleted)
    }
}

use std::time::Duration;

use crate::model::{SessionId, ago};
use crate::ops::common::{AgentStateError, Engine, OpsError, targets};
use crate::store::{Key, StoreError};
use crate::transcript::TranscriptStore;

impl Engine {
    /// Removes from this clone all that was captured and fetched of the transcripts of sessions,
    /// which may have no record any more. The agents' own files stay, and so does what was shared.
    ///
    /// # Errors
    /// Fails if the agent of a session may still be running: what it says would be captured again.
    /// Fails if the transcript store cannot be written; the next purge then removes the rest.
    pub fn purge_transcripts(&self, sessions: &[SessionId]) -> Result<(), OpsError> {
        for id in sessions {
            self.check_gone(*id)?;
        }
        match self.transcripts()? {
            Some(transcripts) => Ok(transcripts.purge(sessions)?),
            None => Ok(()),
        }
    }

    fn check_gone(&self, session: SessionId) -> Result<(), OpsError> {
        match targets::load(&self.store().snapshot()?, &[Key::from(session)]) {
            Ok(listed) => {
                let stopped = listed.iter().map(|listed| targets::check_stopped(self, listed));
                Ok(stopped.collect::<Result<(), AgentStateError>>()?)
            }
            Err(StoreError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the sessions whose last capture is older than this and whose agents are gone.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be read.
    pub fn old_transcripts(&self, age: Duration) -> Result<Vec<SessionId>, OpsError> {
        let Some(transcripts) = self.transcripts()? else { return Ok(Vec::new()) };
        let limit = ago(self.store().clock().now(), age);
        let mut old = Vec::new();
        for id in transcripts.sessions() {
            let is_old = transcripts.captured_at(id)?.is_some_and(|at| at < limit);
            if is_old && self.check_gone(id).is_ok() {
                old.push(id);
            }
        }
        Ok(old)
    }

    /// Returns true if the transcripts of a session were purged and not captured again since. Verbs
    /// that capture in passing then leave it alone.
    pub fn was_purged(&self, session: SessionId) -> bool {
        let transcripts = TranscriptStore::open(self.repository()).ok().flatten();
        transcripts.is_some_and(|it| it.was_purged(session))
    }
}

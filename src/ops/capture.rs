use std::time::Duration;

use crate::model::Session;
use crate::ops::common::capture::{Capturer, facts, record_facts};
use crate::ops::common::liveness::Liveness;
use crate::ops::common::{CaptureOutcome, Engine, OpsError};
use crate::store::Key;
use crate::transcript::{CaptureExtent, StoppedCapture};

/// How long to wait for another capture of the same session.
const PATIENCE: Duration = Duration::from_secs(60);

impl Engine {
    /// Captures what is new in the transcripts of a session in this clone, and records how much
    /// there is and what was used. Of an agent that is running, only complete lines are captured.
    ///
    /// Nothing is captured if `ao.transcripts` is false.
    ///
    /// # Errors
    /// Fails if there is no such session, if its agent is not known, if a file of the agent cannot be
    /// read, if the session has more than `ao.transcriptMaxSize`, or if the transcript store cannot
    /// be written.
    pub fn capture(&self, key: impl Into<Key>) -> Result<CaptureOutcome, OpsError> {
        let (store, key) = (self.store(), key.into());
        let session = store.snapshot()?.session(key.clone())?;
        let outcome = self.capture_new(&session)?;
        // Entries may have been added without an agent.
        if let Some(facts) = facts(store, session.id)? {
            record_facts(store, &key, &facts)?;
        }
        Ok(outcome)
    }

    fn capture_new(&self, session: &Session) -> Result<CaptureOutcome, OpsError> {
        if session.agent.is_none() {
            return Ok(CaptureOutcome::NoTranscript);
        }
        let capturer = Capturer::of(self, session)?;
        if !capturer.can_capture() {
            return Ok(CaptureOutcome::NoTranscript);
        }
        let sources = capturer.sources();
        if sources.is_empty() {
            return Ok(CaptureOutcome::NotFound);
        }
        let extent = match self.liveness(session) {
            Liveness::Gone => CaptureExtent::All,
            Liveness::Alive { .. } | Liveness::Unknown(_) => CaptureExtent::Lines,
        };
        let captured = capturer.capture(self.store(), &sources, extent, PATIENCE)?;
        Ok(CaptureOutcome::Captured(captured))
    }

    /// Returns the sessions of which nothing more is captured in this clone because they have more
    /// than `ao.transcriptMaxSize`. A transcript store that cannot be read has none.
    pub fn stopped_captures(&self) -> Vec<StoppedCapture> {
        let transcripts = self.transcripts().ok().flatten();
        transcripts.map(|it| it.stopped()).unwrap_or_default()
    }
}

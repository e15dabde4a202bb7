//! Captures in passing, for verbs that do something else. They neither fail nor say anything if
//! that fails: `doctor` and `transcript capture` do.

use std::time::{Duration, Instant};

use super::{Capturer, Facts, facts};
use crate::model::Session;
use crate::ops::common::liveness::Liveness;
use crate::ops::common::{Engine, OpsError};
use crate::transcript::{CaptureExtent, TranscriptStore};

/// How long to wait for another capture of the same session.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a verb that only shows something captures before it leaves the rest to the next one.
const BUDGET: Duration = Duration::from_secs(1);

impl Engine {
    /// Captures the transcripts of sessions whose agent nobody supervises any more, where a file has
    /// grown. Nothing is said if that fails; [`capture`](Self::capture) says it.
    pub fn capture_grown(&self, sessions: &[&Session]) {
        let end = Instant::now() + BUDGET;
        for session in sessions {
            if Instant::now() > end {
                return;
            }
            if self.has_grown(session).unwrap_or(false) {
                self.capture_in_passing(session);
            }
        }
    }

    /// Captures all transcripts of a session whose agent has ended. Returns what the record is to
    /// say of them, if anything was new.
    pub(in crate::ops) fn capture_in_passing(&self, session: &Session) -> Option<Facts> {
        let store = self.store();
        let new = self.try_capture(session).ok()?;
        (new > 0).then(|| facts(store, session.id).ok().flatten()).flatten()
    }

    fn try_capture(&self, session: &Session) -> Result<u64, OpsError> {
        let store = self.store();
        if session.agent.is_none() || !store.repository().settings().transcripts() {
            return Ok(0);
        }
        let capturer = Capturer::of(self, session)?;
        if !capturer.can_capture() {
            return Ok(0);
        }
        let extent = match self.liveness(session) {
            Liveness::Gone => CaptureExtent::All,
            Liveness::Alive { .. } | Liveness::Unknown(_) => CaptureExtent::Lines,
        };
        Ok(capturer.capture(store, &capturer.sources(), extent, PATIENCE)?.bytes)
    }

    /// Returns true if a session may have something that was not captured. Looks at no file's
    /// content.
    fn has_grown(&self, session: &Session) -> Option<bool> {
        let store = self.store();
        let replica = store.known_replica()?;
        if session.agent.is_none() || !store.repository().settings().transcripts() {
            return None;
        }
        let transcripts = TranscriptStore::open(store.repository()).ok()?;
        let noted = transcripts.and_then(|it| it.has_changed(session.id, &replica));
        Some(noted.unwrap_or_else(|| session.lives_in(Some(&replica))))
    }
}

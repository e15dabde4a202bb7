//! Captures in passing, for verbs that do something else. They neither fail nor say anything if
//! that fails: `doctor` and `transcript capture` do.

use std::time::{Duration, Instant};

use super::{Capturer, Facts, facts};
use crate::model::Session;
use crate::ops::common::liveness::Liveness;
use crate::ops::common::{Engine, OpsError};
use crate::transcript::CaptureExtent;

/// How long to wait for another capture of the same session.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a verb that only shows something captures before it leaves the rest to the next one.
const BUDGET: Duration = Duration::from_secs(1);

impl Engine {
    /// Captures the transcripts of sessions whose agents nobody supervises any more, where a file has
    /// grown. Returns the sessions of which something was new. Nothing is said of one that cannot be
    /// captured; [`capture`](Self::capture) says it.
    pub fn capture_grown<'s>(&self, sessions: &[&'s Session]) -> Vec<&'s Session> {
        let (store, end) = (self.store(), Instant::now() + BUDGET);
        if sessions.is_empty() || !store.repository().settings().transcripts() {
            return Vec::new();
        }
        let Some(replica) = store.known_replica() else { return Vec::new() };
        // One that cannot be opened is reported by the doctor.
        let Ok(transcripts) = self.transcripts() else { return Vec::new() };
        let has_grown = |session: &Session| {
            let noted = transcripts.as_ref().and_then(|it| it.has_changed(session.id, &replica));
            noted.unwrap_or_else(|| {
                // Of one that has ended, everything was captured that there was.
                session.lives_in(Some(&replica)) && !session.status.is_terminal()
            })
        };
        let sessions = sessions.iter().filter(|session| session.agent.is_some());
        let grown = sessions.filter(|session| Instant::now() < end && has_grown(session));
        let is_new = |session: &&&Session| self.try_capture(session).is_ok_and(|new| new > 0);
        grown.filter(is_new).copied().collect()
    }

    /// Captures all transcripts of a session whose agent has ended. Returns what the record is to
    /// say of them, if anything was new.
    pub(in crate::ops) fn capture_in_passing(&self, session: &Session) -> Option<Facts> {
        let store = self.store();
        let new = self.try_capture(session).ok()?;
        (new > 0).then(|| facts(store, session.id).ok().flatten()).flatten()
    }

    /// Captures what is new in the transcripts of a session, before they are read. What was captured
    /// before can be read in any case.
    pub fn capture_before(&self, session: &Session) {
        let _ = self.try_capture(session);
    }

    fn try_capture(&self, session: &Session) -> Result<u64, OpsError> {
        let store = self.store();
        if session.agent.is_none() || !store.repository().settings().transcripts() {
            return Ok(0);
        }
        let capturer = Capturer::of(self, session)?;
        if !capturer.can_capture() || self.was_purged(session.id) {
            return Ok(0);
        }
        let extent = match self.liveness(session) {
            Liveness::Gone => CaptureExtent::All,
            Liveness::Alive { .. } | Liveness::Unknown(_) => CaptureExtent::Lines,
        };
        Ok(capturer.capture(store, &capturer.sources(), extent, PATIENCE)?.bytes)
    }
}

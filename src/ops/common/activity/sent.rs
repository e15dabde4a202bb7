use std::io::Read as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::private::write_private;
use crate::git::Repository;
use crate::model::{Activity, ActivityReport, SessionId, Timestamp};

/// How much of the file is read, in bytes.
const LARGEST: u64 = 1 << 10;

/// When something was last sent to a session's agent: `ao/activity/<id>.sent` in the common git
/// directory. An agent takes a moment until its files and its terminal show that it has begun with
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::ops) struct Sent {
    pub at: Timestamp,
    /// Until when to expect an effect. It may have none: some commands are no prompt.
    until: Timestamp,
}

impl Sent {
    pub fn new(at: Timestamp, patience: Duration) -> Self {
        let millis = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        Self { at, until: Timestamp::from_millis(at.as_millis().saturating_add(millis)) }
    }

    /// Returns what was last sent to the present agent, which was started at this time.
    pub fn to(repo: &Repository, session: SessionId, started: Option<Timestamp>) -> Option<Self> {
        let mut text = Vec::new();
        repo.open_file(&name(session)).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
        let sent: Self = serde_json::from_slice(&text).ok()?;
        Some(sent).filter(|sent| started.is_none_or(|started| sent.at >= started))
    }

    /// Notes it. The note only spares a wrong answer, so a failure is no failure of what was sent.
    pub fn note(self, repo: &Repository, session: SessionId) {
        let Ok(text) = serde_json::to_vec(&self) else { return };
        if repo.make_ao_dir("activity").is_ok() {
            let _ = write_private(&repo.ao_dir().join(name(session)), &text);
        }
    }

    /// Returns the report, or, as long as an effect is expected, that the agent works, if the report
    /// says that it has waited since before.
    pub fn applied_to(self, report: ActivityReport, now: Timestamp) -> ActivityReport {
        let waits = report.activity.needs_person() || report.activity == Activity::Ready;
        let is_expected = (self.at..self.until).contains(&now);
        if waits && is_expected && self.is_after(report.since) {
            return ActivityReport::new(Activity::Active, "what was sent to it").since(self.at);
        }
        report
    }

    /// Returns true if what is so since `since` was so before, or may have been.
    pub fn is_after(self, since: Option<Timestamp>) -> bool {
        since.is_none_or(|since| {
            // Terminals know only the second.
            let is_whole = since.as_millis() % 1000 == 0;
            if is_whole { since.as_seconds() < self.at.as_seconds() } else { since < self.at }
        })
    }
}

pub(super) fn name(session: SessionId) -> String {
    format!("activity/{session}.sent")
}

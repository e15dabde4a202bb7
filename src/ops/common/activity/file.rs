use std::fs;
use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use super::AgentFacts;
use super::private::write_private;
use crate::git::Repository;
use crate::model::{ActivityReport, SessionId, Timestamp};

/// How much of a file is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// A supervisor's last report on its agent: `ao/activity/<id>.json` in the common git directory.
/// It is replaced as a whole, and removed when the agent has ended.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::ops) struct ActivityFile {
    activity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    source: String,
    #[serde(flatten)]
    pub agent: AgentFacts,
}

impl ActivityFile {
    pub fn new(report: &ActivityReport, agent: AgentFacts) -> Self {
        Self {
            activity: report.activity.as_str().to_owned(),
            since: report.since,
            what: report.what.clone(),
            source: report.source.clone(),
            agent,
        }
    }

    /// Returns the report; None if a newer version of git-ao wrote it.
    pub fn report(&self) -> Option<ActivityReport> {
        let report = ActivityReport::new(self.activity.parse().ok()?, &self.source);
        Some(report.since(self.since).what(self.what.clone()))
    }

    pub fn write(&self, repo: &Repository, session: SessionId) -> io::Result<()> {
        repo.make_ao_dir("activity")?;
        write_private(&repo.ao_dir().join(name(session)), &serde_json::to_vec(self)?)
    }

    /// Reads the file. A damaged file counts as missing: the next report replaces it.
    pub fn read(repo: &Repository, session: SessionId) -> Option<Self> {
        let mut text = Vec::new();
        repo.open_file(&name(session)).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Removes the report on an agent that has exited, the notes of its hooks, and when
    /// something was last sent to it.
    pub fn remove(repo: &Repository, session: SessionId) {
        let others = [super::heard::name(session), super::sent::name(session)];
        for name in [name(session)].into_iter().chain(others) {
            // One that stays is older than the next agent.
            let _ = fs::remove_file(repo.ao_dir().join(name));
        }
    }
}

fn name(session: SessionId) -> String {
    format!("activity/{session}.json")
}

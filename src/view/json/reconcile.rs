use serde::{Deserialize, Serialize};

use crate::model::{Oid, SessionId};
use crate::ops::Step;

/// What `reconcile --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReconcileJson {
    /// The version of the format.
    pub version: u64,
    /// The corrected sessions.
    pub sessions: Vec<CorrectedJson>,
    /// The event; null if nothing was written.
    pub event: Option<Oid>,
}

/// A corrected session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorrectedJson {
    /// The session.
    pub id: SessionId,
    /// The corrections of its record.
    pub changes: Vec<CorrectionJson>,
}

/// A correction of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorrectionJson {
    /// `agent_gone`, `branch`, `head`, `moved`, `taken` or `vanished`.
    pub what: String,
    /// The status, branch, commit or path that it is about.
    pub value: String,
}

impl CorrectedJson {
    /// Describes the corrections of a session's record.
    pub fn new(id: SessionId, steps: &[Step]) -> Self {
        Self { id, changes: steps.iter().map(CorrectionJson::from).collect() }
    }
}

impl From<&Step> for CorrectionJson {
    fn from(step: &Step) -> Self {
        let (what, value) = match step {
            Step::AgentGone { from } => ("agent_gone", from.to_string()),
            Step::Branch(name) => ("branch", name.clone()),
            Step::Head(tip) => ("head", tip.to_string()),
            Step::Moved(path) => ("moved", path.to_string_lossy().into_owned()),
            Step::Taken { path, .. } => ("taken", path.clone()),
            Step::Vanished(path) => ("vanished", path.clone()),
        };
        Self { what: what.to_owned(), value }
    }
}

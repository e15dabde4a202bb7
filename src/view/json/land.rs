use serde::{Deserialize, Serialize};

use crate::model::SessionId;
use crate::ops::{LandCheck, LandOutlook};

/// An entry of `land --check --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LandCheckJson {
    /// The session.
    pub id: SessionId,
    /// Its branch.
    pub branch: Option<String>,
    /// The branch to land in.
    pub into: String,
    /// How many commits its branch is ahead.
    pub ahead: u64,
    /// How many commits its branch is behind.
    pub behind: u64,
    /// `clean`, `conflicts`, `unrelated` or `refused`.
    pub result: String,
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The files that conflict.
    pub files: Vec<String>,
}

impl From<&LandCheck> for LandCheckJson {
    fn from(check: &LandCheck) -> Self {
        let (result, files) = match &check.outlook {
            LandOutlook::Clean => ("clean", Vec::new()),
            LandOutlook::Conflicts(files) => ("conflicts", files.clone()),
            LandOutlook::Unrelated => ("unrelated", Vec::new()),
            LandOutlook::Refused(_) => ("refused", Vec::new()),
        };
        let reason = match &check.outlook {
            LandOutlook::Refused(reason) => Some(reason.clone()),
            _ => None,
        };
        Self {
            id: check.session.id,
            branch: check.session.branch.clone(),
            into: check.into.clone(),
            ahead: check.divergence.ahead,
            behind: check.divergence.behind,
            result: result.to_owned(),
            reason,
            files,
        }
    }
}

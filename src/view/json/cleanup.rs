use serde::{Deserialize, Serialize};

use crate::model::{Oid, SessionId};
use crate::ops::Leftover;

/// What `cleanup --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CleanupJson {
    /// The version of the format.
    pub version: u64,
    /// The sessions from which something is or would be removed.
    pub sessions: Vec<LeftoverJson>,
}

/// What is or would be removed of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeftoverJson {
    /// The session.
    pub id: SessionId,
    /// The worktree to remove.
    pub worktree: Option<String>,
    /// The branch to remove.
    pub branch: Option<String>,
    /// The branches to remove that git-ao made for the session before its agent made another one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_branches: Vec<String>,
    /// Always false: no agent is stopped.
    pub stops_agent: bool,
    /// True if the session is archived.
    pub archives: bool,
    /// Why nothing is removed.
    pub kept: Option<String>,
    /// Ignored files in the worktree, relative to it. They are removed and not backed up.
    pub ignored: Vec<String>,
    /// Why the branch was kept although the worktree was removed.
    pub branch_kept: Option<String>,
    /// True if the removal stopped in the middle.
    pub incomplete: bool,
    /// The ref with the backup of unsaved work.
    pub backup: Option<String>,
    /// The event that deleted the session, if it was deleted.
    pub deleted: Option<Oid>,
    /// The worktree of somebody else in which it worked, which stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
}

impl From<&Leftover> for LeftoverJson {
    fn from(leftover: &Leftover) -> Self {
        let ignored = leftover.ignored.iter().map(|path| path.to_string_lossy().into_owned());
        let worktree = leftover.worktree.as_ref();
        Self {
            id: leftover.session.id,
            worktree: worktree.map(|path| path.to_string_lossy().into_owned()),
            branch: leftover.branch.clone(),
            earlier_branches: leftover.earlier_branches().to_vec(),
            stops_agent: false,
            archives: leftover.archives,
            kept: leftover.kept.clone(),
            ignored: ignored.collect(),
            branch_kept: leftover.branch_kept.clone(),
            incomplete: leftover.is_incomplete,
            backup: leftover.backup.clone(),
            deleted: leftover.deleted.clone(),
            left: leftover.lodging.as_ref().map(|path| path.to_string_lossy().into_owned()),
        }
    }
}

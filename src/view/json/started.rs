use std::path::Path;

use serde::{Deserialize, Serialize};

use super::VERSION;
use crate::agent::Action;
use crate::model::{Oid, Session};
use crate::ops::{Restored, SpawnPlan, Spawned};
use crate::store::Visibility;

/// What `spawn --json` and `fork --json` print.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpawnedJson {
    /// The version of the format.
    pub version: u64,
    /// The session: its record.
    pub session: Session,
    /// The first digits of the id, which people see.
    pub short_id: String,
    /// Who can see the session.
    pub visibility: Visibility,
    /// The worktree, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// The event; none of a session that is only planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Oid>,
}

/// What `restore --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RestoredJson {
    /// The version of the format.
    pub version: u64,
    /// The session: its record.
    pub session: Session,
    /// The first digits of the id, which people see.
    pub short_id: String,
    /// The worktree.
    pub workspace: String,
    /// The refs with backups of earlier worktrees, if the session got a new one.
    pub backups: Vec<String>,
    /// True if the agent resumes its conversation.
    pub resumed: bool,
    /// The event.
    pub event: Option<Oid>,
}

impl SpawnedJson {
    fn new(session: &Session, visibility: Visibility, workspace: Option<&Path>) -> Self {
        Self {
            version: VERSION,
            session: session.clone(),
            short_id: session.id.short(),
            visibility,
            workspace: workspace.map(|path| path.to_string_lossy().into_owned()),
            event: None,
        }
    }
}

impl From<&SpawnPlan> for SpawnedJson {
    fn from(plan: &SpawnPlan) -> Self {
        Self::new(&plan.session, plan.visibility, plan.workspace.as_deref())
    }
}

impl From<&Spawned> for SpawnedJson {
    fn from(made: &Spawned) -> Self {
        let planned = Self::new(&made.session, made.visibility, made.workspace.as_deref());
        Self { event: Some(made.event.clone()), ..planned }
    }
}

impl From<&Restored> for RestoredJson {
    fn from(made: &Restored) -> Self {
        Self {
            version: VERSION,
            session: made.session.clone(),
            short_id: made.session.id.short(),
            workspace: made.workspace.to_string_lossy().into_owned(),
            backups: made.backups.clone(),
            resumed: made.action == Action::Resume,
            event: made.event.clone(),
        }
    }
}

//! Finds the worktree of each session. The worktree names its session; the record is not trusted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::{Project, Session, SessionId};
use crate::ops::common::OpsError;
use crate::store::{Key, Snapshot, StoreError};
use crate::workspace::Worktrees;

/// The worktrees of this repository, by session.
///
/// The key includes the project: anybody can push a record with the same id in another project, and
/// it must not get the worktree.
pub(in crate::ops) struct Own(BTreeMap<(SessionId, Project), PathBuf>);

impl Own {
    /// Reads all worktrees, including those whose directory is gone. A worktree made by an older
    /// git-ao does not name its project; its id alone then identifies the session.
    pub fn of(worktrees: &Worktrees<'_>, snapshot: &Snapshot<'_>) -> Result<Self, OpsError> {
        let mut own = BTreeMap::new();
        for (key, path) in worktrees.owned()? {
            let project = match key.project {
                Some(project) => Some(project),
                None => match snapshot.find(key.id) {
                    Ok(entry) => entry.map(|entry| entry.location.project),
                    Err(StoreError::InTwoProjects(_)) => None,
                    Err(error) => return Err(error.into()),
                },
            };
            own.extend(project.map(|project| ((key.id, project), path)));
        }
        Ok(Self(own))
    }

    /// Returns all sessions and the paths of their worktrees.
    pub fn all(&self) -> impl Iterator<Item = (Key, &PathBuf)> {
        self.0
            .iter()
            .map(|((id, project), path)| (Key { id: *id, project: Some(project.clone()) }, path))
    }

    /// Returns the path of the session's own worktree.
    pub fn path(&self, session: &Session) -> Option<&PathBuf> {
        self.0.get(&(session.id, session.project_id.clone()))
    }
}

//! Which worktree is a session's own: told by the worktree, never by the record.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::{Project, Session, SessionId};
use crate::ops::common::OpsError;
use crate::store::{Snapshot, StoreError};
use crate::workspace::Worktrees;

/// The worktrees of this repository by the session whose they are.
///
/// A record with the same id in another project, which anybody can push, has none of them.
pub(in crate::ops) struct Own(BTreeMap<(SessionId, Project), PathBuf>);

impl Own {
    /// Asks the worktrees, also those whose folder is gone. One that older programs made does not
    /// say the project: it is that of the session which the id alone means.
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

    /// Where the session's own worktree is.
    pub fn path(&self, session: &Session) -> Option<&PathBuf> {
        self.0.get(&(session.id, session.project_id.clone()))
    }
}

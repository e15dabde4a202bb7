//! Finds the worktrees that records name in this clone.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::{WorkspaceError, Worktrees, from_record, is_of};
use crate::model::{Project, SessionId};
use crate::store::Key;

/// Finds the worktrees of sessions. Git is run at most once, and only if a worktree is not at its
/// recorded path.
#[derive(Debug)]
pub struct Places<'r> {
    worktrees: Worktrees<'r>,
    owned: OnceLock<Vec<(Key, PathBuf)>>,
}

impl<'r> Places<'r> {
    /// Uses the worktrees of this repository.
    pub fn of(worktrees: Worktrees<'r>) -> Self {
        Self { worktrees, owned: OnceLock::new() }
    }

    /// Returns the directory of a session's worktree, which its record places at `recorded`. The
    /// worktree's own mark is decisive, because it may have been moved, and `~/` may mean another
    /// user's home directory. If there is no worktree, returns the recorded directory as it reads
    /// for this user.
    ///
    /// # Errors
    /// Fails if the record names no usable path, or if the git directory cannot be read.
    pub fn find(
        &self,
        recorded: &str,
        session: SessionId,
        project: &Project,
    ) -> Result<PathBuf, WorkspaceError> {
        let named = from_record(recorded, self.worktrees.environment());
        if named.as_ref().is_ok_and(|path| is_of(path, session, project)) {
            return named;
        }
        let is_its_own =
            |key: &Key| key.id == session && key.project.as_ref().is_none_or(|own| own == project);
        let own = self.owned()?.iter().rfind(|(key, _)| is_its_own(key));
        own.map_or(named, |(_, path)| Ok(path.clone()))
    }

    fn owned(&self) -> Result<&[(Key, PathBuf)], WorkspaceError> {
        if let Some(owned) = self.owned.get() {
            return Ok(owned);
        }
        let owned = self.worktrees.owned()?;
        Ok(self.owned.get_or_init(|| owned))
    }
}

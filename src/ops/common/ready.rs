//! Makes a new worktree ready for work.

use std::path::PathBuf;

use crate::model::Session;
use crate::ops::common::{Engine, OpsError, placement};
use crate::workspace::Added;

/// Whether ignored files are copied into a new worktree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IgnoredFiles {
    /// Those that `.worktreeinclude` matches.
    #[default]
    Include,
    /// None.
    Leave,
}

impl Engine {
    /// Copies the ignored files that `.worktreeinclude` matches: from the worktree of the session
    /// that is forked if it is here, otherwise from the main worktree.
    pub(in crate::ops) fn include(
        &self,
        made: &mut Added<'_>,
        parent: Option<&Session>,
    ) -> Result<(), OpsError> {
        let Some(from) = self.source(parent)?.filter(|from| from != made.path()) else {
            return Ok(());
        };
        let is_over = || self.interrupt().is_set();
        let included = self.worktrees().include(&from, made.path(), &is_over)?;
        self.interrupt().check()?;
        made.includes(included);
        Ok(())
    }

    fn source(&self, parent: Option<&Session>) -> Result<Option<PathBuf>, OpsError> {
        // A parent whose worktree is missing, or is on another branch, is no error.
        let own = parent.and_then(|parent| placement::workspace(self, parent).ok());
        Ok(match own {
            Some(path) => Some(path),
            None => self.worktrees().main()?,
        })
    }
}

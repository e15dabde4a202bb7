//! In which worktrees git finds a hook, where it looks for it in each of them.

use std::path::PathBuf;

use super::file::{Found, HookFile};
use super::{HookError, HookName, Installer, configured};
use crate::workspace::Worktrees;

impl Installer<'_> {
    /// The worktrees in which git does not run this hook, although it is installed in this one: a
    /// relative core.hooksPath means another folder in each (git-config(1)).
    ///
    /// # Errors
    /// When the worktrees cannot be listed.
    pub fn lacking(&self, name: HookName) -> Result<Vec<PathBuf>, HookError> {
        let Some(relative) = self.repo.config_path("core.hooksPath").filter(|it| it.is_relative())
        else {
            return Ok(Vec::new());
        };
        if configured::has(self.repo, name)? {
            return Ok(Vec::new());
        }
        let listed = Worktrees::new(self.repo).list()?.into_iter();
        let there = listed.filter(|listed| !listed.bare && listed.prunable.is_none());
        let runs = |path: &PathBuf| {
            let file = HookFile::new(&path.join(&relative), name);
            matches!(file.look(), Ok(Found::Ours(..))) && file.is_run()
        };
        Ok(there.map(|listed| listed.path).filter(|path| !runs(path)).collect())
    }
}

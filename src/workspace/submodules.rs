//! Submodules, whose repositories are in the worktree's git directory and are removed with it.

use std::path::{Path, PathBuf};

use super::list::path_from;
use super::nested::unpushed;
use super::snapshot::gitlinks;
use super::status::Status;
use super::{WorkspaceError, Worktrees};

impl Worktrees<'_> {
    /// Checks that no submodule has work that is saved nowhere else, because a commit of this
    /// repository cannot save it. Returns the directories of the submodules that are checked out.
    pub(super) fn check_submodules(
        &self,
        top: &Path,
        status: &Status,
    ) -> Result<Vec<PathBuf>, WorkspaceError> {
        if let Some(changed) = status.submodules.first() {
            let path = top.join(path_from(changed));
            return Err(WorkspaceError::Submodule { path, why: UNCOMMITTED });
        }
        let mut found = Vec::new();
        self.check_commits_below(top, &mut found)?;
        Ok(found)
    }

    fn check_commits_below(
        &self,
        top: &Path,
        found: &mut Vec<PathBuf>,
    ) -> Result<(), WorkspaceError> {
        for path in gitlinks(self.repo.git_in(top, "ls-files"))? {
            let path = top.join(path_from(&path));
            if !path.join(".git").exists() {
                continue;
            }
            if unpushed(self.repo.git_in(&path, "rev-list"))? != "0" {
                let why = "commits that are on no remote";
                return Err(WorkspaceError::Submodule { path, why });
            }
            if self.hides_changes(&path)? {
                return Err(WorkspaceError::Submodule { path, why: UNCOMMITTED });
            }
            self.check_commits_below(&path, found)?;
            found.push(path);
        }
        Ok(())
    }
}

const UNCOMMITTED: &str = "uncommitted changes";

//! Submodules keep their repository in the worktree's git directory: it goes with the worktree.

use std::path::Path;

use super::list::path_from;
use super::snapshot::gitlinks;
use super::status::Status;
use super::{WorkspaceError, Worktrees};

impl Worktrees<'_> {
    /// Refuses when a submodule holds what is nowhere else: no commit of this repository can keep
    /// that.
    pub(super) fn check_submodules(
        &self,
        top: &Path,
        status: &Status,
    ) -> Result<(), WorkspaceError> {
        if let Some(changed) = status.submodules.first() {
            let path = top.join(path_from(changed));
            return Err(WorkspaceError::Submodule { path, why: "changes that are not committed" });
        }
        self.check_commits_below(top)
    }

    fn check_commits_below(&self, top: &Path) -> Result<(), WorkspaceError> {
        for path in gitlinks(self.repo.git_in(top, "ls-files"))? {
            let path = top.join(path_from(&path));
            if !path.join(".git").exists() {
                continue;
            }
            let git = self.repo.git_in(&path, "rev-list").args(["--count", "--branches", "HEAD"]);
            // Written as a pattern, or git would look below it.
            let git = git.arg("--glob=refs/stas[h]").args(["--not", "--remotes"]);
            if git.run()?.text() != "0" {
                return Err(WorkspaceError::Submodule {
                    path,
                    why: "commits that are on no remote",
                });
            }
            self.check_commits_below(&path)?;
        }
        Ok(())
    }
}

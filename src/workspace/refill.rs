//! Restores the files of a worktree whose removal was interrupted.

use std::path::{Path, PathBuf};

use super::{Refilled, WorkspaceError, Worktrees, marker, removing};

impl Worktrees<'_> {
    /// Restores the missing files of a worktree from its index if its removal was interrupted.
    /// Existing files are unchanged. Returns None if no removal was interrupted.
    ///
    /// The caller must hold the session, as a removal in progress does.
    ///
    /// # Errors
    /// Fails if git fails, for example because another file is in the way. The next attempt
    /// continues.
    pub fn refill(&self, path: &Path) -> Result<Option<Refilled>, WorkspaceError> {
        let Some(git_dir) = marker::git_dir_of(path).filter(|it| removing::was_begun(it)) else {
            return Ok(None);
        };
        // Files outside of a sparse checkout are not listed.
        let missing = self.repo.git_in(path, "ls-files").args(["--deleted", "-z"]).run()?;
        let files = missing.bytes().iter().filter(|byte| **byte == 0).count();
        if files > 0 {
            let git = self.repo.git_in(path, "checkout-index").as_user();
            git.args(["--index", "--quiet", "-z", "--stdin"]).input(missing.bytes()).run()?;
        }
        removing::end(&git_dir);
        Ok(Some(Refilled { files }))
    }

    /// Returns the worktrees whose removal was interrupted or is in progress.
    ///
    /// # Errors
    /// Fails if the git directory cannot be read.
    pub fn half_removed(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let known = self.registered()?.into_iter();
        let begun = known.filter(|it| it.path.exists() && removing::was_begun(&it.git_dir));
        Ok(begun.map(|known| known.path).collect())
    }
}

//! Bringing back what a removal that was killed had already taken.

use std::path::{Path, PathBuf};

use super::{Refilled, WorkspaceError, Worktrees, marker, removing};

impl Worktrees<'_> {
    /// Puts the files that are missing in a worktree back as its index has them, if a removal that
    /// was killed took them. What is there stays as it is. None where no removal was killed.
    ///
    /// Whoever calls this holds the session: a removal that goes on holds it.
    ///
    /// # Errors
    /// When git fails, as where something is in the way of a file. The next attempt continues.
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

    /// The worktrees whose removal was killed, or goes on.
    ///
    /// # Errors
    /// When the git directory cannot be read.
    pub fn half_removed(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let known = self.registered()?.into_iter();
        let begun = known.filter(|it| it.path.exists() && removing::was_begun(&it.git_dir));
        Ok(begun.map(|known| known.path).collect())
    }
}

use std::fs;
use std::path::Path;

use super::inventory::Inventory;
use super::worktree_race::retry_on_worktree_race;
use super::{WorkspaceError, Worktrees, marker, removing};

impl Worktrees<'_> {
    /// Removes a worktree that was just made, with what its hook wrote into it. One that somebody
    /// has written into since stays.
    ///
    /// # Errors
    /// [`WorkspaceError::Changed`] with what came later; when it cannot be removed.
    pub(super) fn take_back(&self, path: &Path) -> Result<(), WorkspaceError> {
        if let Some(git_dir) = marker::git_dir_of(path) {
            // Written when git and its hook were done. Where it is missing, they just failed.
            let done = fs::symlink_metadata(git_dir.join(marker::NAME)).ok();
            let (folder, own) = (Inventory::take(path)?, Inventory::take(&git_dir)?);
            if let Some(done) = done {
                let work = own.newer_than(&done).filter(|newer| !is_upkeep(newer));
                if let Some(newer) = folder.newer_than(&done).or(work) {
                    return Err(WorkspaceError::Changed(newer.to_owned()));
                }
            }
            removing::begin(&git_dir);
            if let Err(stopped) = folder.remove() {
                removing::end(&git_dir);
                return Err(stopped.source);
            }
        }
        retry_on_worktree_race(|| {
            let git = self.repo.git("worktree").shielded();
            git.args(["remove", "--force", "--force", "--"]).arg(path).run()
        })?;
        Ok(())
    }
}

/// Whoever looks at a worktree may write its index, and that is no work.
fn is_upkeep(path: &Path) -> bool {
    path.ends_with("index") || path.ends_with(marker::PROJECT)
}

use std::fs;
use std::path::Path;

use super::inventory::Inventory;
use super::worktree_race::retry_on_worktree_race;
use super::{WorkspaceError, Worktrees, marker, removing};

impl Worktrees<'_> {
    /// Removes a worktree that was just created, including files that its hook wrote. A worktree
    /// that was written to since is kept.
    ///
    /// # Errors
    /// Fails with [`WorkspaceError::Changed`] if a file was written since. Also fails if the
    /// worktree cannot be removed.
    pub(super) fn take_back(&self, path: &Path) -> Result<(), WorkspaceError> {
        if let Some(git_dir) = marker::git_dir_of(path) {
            // The marker is written after git and its hook have finished. Without it, they failed.
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

/// Returns true for files whose change is no work: commands such as `git status` refresh the
/// index, and the
/// project and the setup are recorded later.
fn is_upkeep(path: &Path) -> bool {
    ["index", marker::PROJECT, marker::SETUP].iter().any(|name| path.ends_with(name))
}

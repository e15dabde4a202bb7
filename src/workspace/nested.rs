//! Repositories and worktrees inside a worktree, whose contents its git does not see.

use std::fs;
use std::path::{Path, PathBuf};

use super::inventory::Inventory;
use super::{WorkspaceError, Worktrees};
use crate::git::{GitCommand, GitError};

impl Worktrees<'_> {
    /// Checks that the folder contains no worktree, and no repository with work that its remotes do
    /// not have. Submodules are checked by [`check_submodules`](Self::check_submodules).
    pub(super) fn check_nested(
        &self,
        inventory: &Inventory,
        submodules: &[PathBuf],
    ) -> Result<(), WorkspaceError> {
        for path in inventory.repositories.iter().filter(|path| !submodules.contains(path)) {
            if path.join(".git").is_file() {
                return Err(WorkspaceError::NestedWorktree(path.clone()));
            }
            if !self.is_copy(path).unwrap_or(false) {
                return Err(WorkspaceError::NestedRepository(path.clone()));
            }
        }
        Ok(())
    }

    /// Returns true if the remotes of a repository have everything in it, as with a dependency that
    /// was cloned.
    fn is_copy(&self, path: &Path) -> Result<bool, GitError> {
        let dot_git = path.join(".git");
        let has_worktrees = |dir: &Path| dir.join("worktrees").exists();
        if !dot_git.is_dir() || has_worktrees(&dot_git) || dot_git.join("modules").exists() {
            return Ok(false);
        }
        // The configuration of the repository is not trusted: core.fsmonitor can name a program.
        let git = |verb| self.repo.git_in_with(path, &[("core.fsmonitor", "false")], verb);
        let status = git("status").args(["--porcelain", "--untracked-files=normal"]).run()?;
        Ok(status.bytes().is_empty() && unpushed(git("rev-list"))? == "0")
    }

    /// Checks that no submodule repository in the worktree's git directory, checked out or not, has
    /// commits that are nowhere else.
    pub(super) fn check_modules(&self, git_dir: &Path) -> Result<(), WorkspaceError> {
        for module in modules(&git_dir.join("modules")) {
            let git = self.repo.git("rev-list").env("GIT_DIR", module.clone());
            // Its own core.worktree may no longer exist, and does not matter here.
            if unpushed(git.env("GIT_WORK_TREE", module.clone()))? != "0" {
                let why = "commits that are on no remote";
                return Err(WorkspaceError::Submodule { path: module, why });
            }
        }
        Ok(())
    }
}

/// Returns the number of commits that are on no remote, including those of the stash.
pub(super) fn unpushed(rev_list: GitCommand) -> Result<String, GitError> {
    // Without a wildcard, --glob would match only refs below refs/stash.
    let git = rev_list.args(["--count", "--branches", "--glob=refs/stas[h]", "--ignore-missing"]);
    Ok(git.args(["HEAD", "--not", "--remotes"]).run()?.text())
}

/// Returns the repositories below a folder, including those of nested submodules, which are in
/// `modules` of their parent's repository.
fn modules(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.join("HEAD").exists() && path.join("objects").exists() {
            found.extend(modules(&path.join("modules")));
            found.push(path);
        } else if path.is_dir() {
            found.extend(modules(&path));
        }
    }
    found.sort();
    found
}

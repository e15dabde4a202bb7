//! Repositories and worktrees inside a worktree, whose contents its git does not see.

use std::fs;
use std::path::{Path, PathBuf};

use super::inventory::Inventory;
use super::{WorkspaceError, Worktrees};
use crate::git::{GitCommand, GitError};

impl Worktrees<'_> {
    /// Refuses a worktree, and a repository in which anything is that its remotes do not have.
    /// Submodules are looked at elsewhere.
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

    /// True for a repository that another one has all of, such as a dependency that was cloned.
    fn is_copy(&self, path: &Path) -> Result<bool, GitError> {
        let dot_git = path.join(".git");
        let has_worktrees = |dir: &Path| dir.join("worktrees").exists();
        if !dot_git.is_dir() || has_worktrees(&dot_git) || dot_git.join("modules").exists() {
            return Ok(false);
        }
        // Its configuration may be somebody else's, and name programs.
        let git = |verb| self.repo.git_in_with(path, &[("core.fsmonitor", "false")], verb);
        let status = git("status").args(["--porcelain", "--untracked-files=normal"]).run()?;
        Ok(status.bytes().is_empty() && unpushed(git("rev-list"))? == "0")
    }

    /// Refuses when a submodule that the worktree keeps the repository of, whether it is checked
    /// out or not, has commits that are nowhere else.
    pub(super) fn check_modules(&self, git_dir: &Path) -> Result<(), WorkspaceError> {
        for module in modules(&git_dir.join("modules")) {
            let git = self.repo.git("rev-list").env("GIT_DIR", module.clone());
            // Where it is checked out does not matter, and may be gone.
            if unpushed(git.env("GIT_WORK_TREE", module.clone()))? != "0" {
                let why = "commits that are on no remote";
                return Err(WorkspaceError::Submodule { path: module, why });
            }
        }
        Ok(())
    }
}

/// How many commits a repository has that none of its remotes has.
pub(super) fn unpushed(rev_list: GitCommand) -> Result<String, GitError> {
    // The stash is written as a pattern, or git would look below it.
    let git = rev_list.args(["--count", "--branches", "--glob=refs/stas[h]", "--ignore-missing"]);
    Ok(git.args(["HEAD", "--not", "--remotes"]).run()?.text())
}

/// The repositories below a folder; submodules of submodules are below theirs, in `modules`.
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

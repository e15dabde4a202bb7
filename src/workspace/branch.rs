//! Checks whether a branch can be created.

use std::path::{Path, PathBuf};

use super::operation::branch_held;
use super::{Branch, WorkspaceError, WorktreeEntry, Worktrees};
use crate::model::{Oid, is_branch_name};

impl Worktrees<'_> {
    /// Checks that a new branch can be created, or that an existing one can be checked out.
    pub(super) fn check_branch(
        &self,
        branch: &Branch,
        listed: &[WorktreeEntry],
    ) -> Result<(), WorkspaceError> {
        let name = branch.name();
        if !is_branch_name(name) {
            return Err(WorkspaceError::InvalidBranch(name.to_owned()));
        }
        match branch {
            Branch::New { name, at } | Branch::Tracking { name, at, .. } => {
                self.check_new(name, at)
            }
            Branch::Existing { name } => {
                if !self.is_there(&[format!("refs/heads/{name}")])?[0] {
                    return Err(WorkspaceError::BranchMissing(name.clone()));
                }
                match self.user_of(name, listed)? {
                    Some(path) => Err(WorkspaceError::BranchInUse { name: name.clone(), path }),
                    None => Ok(()),
                }
            }
        }
    }

    fn check_new(&self, name: &str, at: &Oid) -> Result<(), WorkspaceError> {
        let parents = name.match_indices('/').map(|(end, _)| &name[..end]);
        let branches: Vec<_> = std::iter::once(name).chain(parents).collect();
        let mut names: Vec<_> = branches.iter().map(|name| format!("refs/heads/{name}")).collect();
        names.push(format!("{at}^{{commit}}"));
        let found = self.is_there(&names)?;
        if found[0] {
            return Err(WorkspaceError::BranchExists(name.to_owned()));
        }
        let blocked =
            |by: &str| WorkspaceError::BranchBlocked { name: name.to_owned(), by: by.to_owned() };
        if let Some(parent) = (1..branches.len()).find(|i| found[*i]) {
            return Err(blocked(branches[parent]));
        }
        let below =
            self.repo.git("for-each-ref").args(["--count=1", "--format=%(refname:lstrip=2)"]);
        let below = below.arg(format!("refs/heads/{name}/")).run()?.text();
        if !below.is_empty() {
            return Err(blocked(&below));
        }
        if found[branches.len()] {
            Ok(())
        } else {
            Err(WorkspaceError::BaseMissing(at.to_string()))
        }
    }

    /// Returns which of these names refer to commits, in a single process.
    pub(super) fn is_there(&self, names: &[String]) -> Result<Vec<bool>, WorkspaceError> {
        let git = self.repo.git("cat-file").arg("--batch-check=%(objecttype)");
        let output = git.input(names.join("\n") + "\n").run()?;
        let text = output.text();
        let mut lines = text.lines();
        Ok(names.iter().map(|_| lines.next() == Some("commit")).collect())
    }

    /// Returns the worktree in which a branch is checked out, or being rebased or bisected.
    /// Returns the worktree in which a branch is checked out, or to which a rebase or bisect in
    /// progress there returns.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn checked_out_at(&self, branch: &str) -> Result<Option<PathBuf>, WorkspaceError> {
        let is_there = |it: &WorktreeEntry| !it.bare && it.prunable.is_none();
        let listed: Vec<_> = self.list()?.into_iter().filter(is_there).collect();
        self.user_of(branch, &listed)
    }

    pub(super) fn user_of(
        &self,
        name: &str,
        listed: &[WorktreeEntry],
    ) -> Result<Option<PathBuf>, WorkspaceError> {
        if let Some(user) = listed.iter().find(|listed| listed.branch.as_deref() == Some(name)) {
            return Ok(Some(user.path.clone()));
        }
        let held = |git_dir: &Path| branch_held(git_dir).as_deref() == Some(name);
        if held(self.repo.common_dir()) {
            return Ok(Some(self.repo.main_folder().to_owned()));
        }
        let holder = self.registered()?.into_iter().find(|known| held(&known.git_dir));
        Ok(holder.map(|known| known.path))
    }
}

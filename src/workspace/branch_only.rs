use std::path::PathBuf;

use super::{Added, Addition, Branch, WorkspaceError, Worktrees};

impl<'r> Worktrees<'r> {
    /// Checks whether a workspace could be created, without creating it.
    ///
    /// # Errors
    /// Fails if the path or the branch is taken or invalid, or if git fails.
    pub fn check(&self, addition: &Addition) -> Result<(), WorkspaceError> {
        let listed = self.list()?;
        super::add::check_path(&super::worktrees::real_path(&addition.path), &listed)?;
        self.check_branch(&addition.branch, &listed)
    }

    /// Checks whether a branch could be created, without creating it.
    ///
    /// # Errors
    /// Fails if the branch exists, conflicts with another one or is invalid, or if git fails.
    pub fn check_branch_alone(&self, branch: &Branch) -> Result<(), WorkspaceError> {
        self.check_branch(branch, &[])
    }

    /// Creates a branch without a worktree. The branch is removed again unless the result is kept.
    ///
    /// # Errors
    /// Fails if the branch exists, conflicts with another one or is invalid, or if git fails. No
    /// branch is then left behind.
    pub fn add_branch(&self, branch: &Branch) -> Result<Added<'r>, WorkspaceError> {
        self.check_branch_alone(branch)?;
        let mut added = Added::new(PathBuf::new());
        self.make_branch(branch, &mut added)?;
        Ok(added)
    }
}

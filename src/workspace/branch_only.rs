use std::path::PathBuf;

use super::{Added, Addition, Branch, WorkspaceError, Worktrees};

impl<'r> Worktrees<'r> {
    /// Checks whether an addition could be made, and makes nothing.
    ///
    /// # Errors
    /// What would stand in its way.
    pub fn check(&self, addition: &Addition) -> Result<(), WorkspaceError> {
        let listed = self.list()?;
        super::add::check_path(&super::worktrees::real_path(&addition.path), &listed)?;
        self.check_branch(&addition.branch, &listed)
    }

    /// Checks whether a branch could be made, and makes nothing.
    ///
    /// # Errors
    /// What would stand in its way.
    pub fn check_branch_alone(&self, branch: &Branch) -> Result<(), WorkspaceError> {
        self.check_branch(branch, &[])
    }

    /// Makes a branch and no worktree. It goes again unless what is returned is kept.
    ///
    /// # Errors
    /// What stands in its way.
    pub fn add_branch(&self, branch: &Branch) -> Result<Added<'r>, WorkspaceError> {
        self.check_branch_alone(branch)?;
        let mut added = Added::new(PathBuf::new());
        self.make_branch(branch, &mut added)?;
        Ok(added)
    }
}

use std::fs;
use std::path::Path;

use super::beside::beside_others;
use super::stake::{Leaving, Stake};
use super::{Condition, Listed};
use super::{Detail, Loss, Place, Removal, Removed, Workspace, WorkspaceError, Worktrees};
use crate::model::is_branch_name;

impl Worktrees<'_> {
    /// Everything that can refuse comes first; then what would be lost is kept; then it goes.
    pub(super) fn remove_worktree(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError> {
        let (leaving, stake) = self.vet(removal)?;
        let mut removed = Removed::default();
        if stake.is_something() {
            removed.backup = Some(self.back_up(leaving.as_ref(), &stake, removal.session)?);
        }
        match &leaving {
            Some(leaving) => self.discard(leaving)?,
            None => remove_empty(removal.path),
        }
        if let Some(name) = removal.branch {
            removed.branch = self.delete_branch(name)?;
        }
        Ok(removed)
    }

    /// Checks whether a removal would be done, and removes nothing.
    ///
    /// # Errors
    /// What would refuse it.
    pub fn check_removal(&self, removal: &Removal<'_>) -> Result<(), WorkspaceError> {
        self.vet(removal).map(drop)
    }

    fn vet(&self, removal: &Removal<'_>) -> Result<(Option<Leaving>, Stake), WorkspaceError> {
        let leaving = self.leaving(removal.path)?;
        if let Some(name) = removal.branch {
            self.check_free(name, leaving.as_ref())?;
        }
        let stake = self.stake(leaving.as_ref(), removal.branch)?;
        if let Some(leaving) = leaving.as_ref().filter(|leaving| !leaving.missing) {
            self.check_submodules(&leaving.path, &stake.status)?;
        }
        if removal.loss == Loss::Refuse {
            self.refuse(removal, &stake)?;
        }
        Ok((leaving, stake))
    }

    /// Git runs no hook for this, and leaves a folder that it cannot empty.
    pub(super) fn discard(&self, leaving: &Leaving) -> Result<(), WorkspaceError> {
        if leaving.missing {
            remove_empty(&leaving.path);
        }
        beside_others(|| {
            let git = self.repo.git("worktree").as_user().shielded();
            git.args(["remove", "--force", "--"]).arg(&leaving.path).run()
        })?;
        Ok(())
    }

    fn check_free(&self, name: &str, leaving: Option<&Leaving>) -> Result<(), WorkspaceError> {
        if !is_branch_name(name) {
            return Err(WorkspaceError::InvalidBranch(name.to_owned()));
        }
        let other = |listed: &Listed| leaving.is_none_or(|leaving| leaving.path != listed.path);
        let others: Vec<_> = self.list()?.into_iter().filter(other).collect();
        match self.user_of(name, &others)? {
            Some(path) if leaving.is_none_or(|leaving| leaving.path != path) => {
                Err(WorkspaceError::BranchInUse { name: name.to_owned(), path })
            }
            _ => Ok(()),
        }
    }

    fn refuse(&self, removal: &Removal<'_>, stake: &Stake) -> Result<(), WorkspaceError> {
        let path = removal.path.to_owned();
        let place = Place { path: &path, branch: None };
        let condition = self.state(&place, Detail::Place)?.condition;
        if matches!(condition, Condition::Busy(_)) {
            return Err(WorkspaceError::NotRemovable { path, condition });
        }
        let changes = stake.status.changes;
        if !changes.is_clean() {
            return Err(WorkspaceError::Dirty { path, changes });
        }
        match (stake.unmerged, removal.branch) {
            (0, _) => Ok(()),
            (count, Some(name)) => {
                Err(WorkspaceError::Unmerged { what: format!("branch '{name}'"), count })
            }
            (count, None) => {
                Err(WorkspaceError::Unmerged { what: format!("'{}'", path.display()), count })
            }
        }
    }

    /// By compare-and-swap: a commit that came after the last look is not lost.
    fn delete_branch(&self, name: &str) -> Result<Option<crate::model::Oid>, WorkspaceError> {
        let full = format!("refs/heads/{name}");
        let Some(tip) = self.repo.read_ref(&full)? else { return Ok(None) };
        self.repo.git("update-ref").shielded().args(["-d", &full, tip.as_str()]).run()?;
        let section = format!("branch.{name}");
        // Most branches have no section.
        let git = self.repo.git("config").shielded();
        let _ = git.args(["--local", "--remove-section", &section]).run();
        Ok(Some(tip))
    }
}

/// A folder that is left over; one with anything in it stays.
pub(super) fn remove_empty(path: &Path) {
    let _ = fs::remove_dir(path);
}

impl Stake {
    pub(super) fn is_something(&self) -> bool {
        self.unmerged > 0 || !self.status.changes.is_clean()
    }
}

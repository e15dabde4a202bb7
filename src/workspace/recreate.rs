use super::remove::remove_empty;
use super::{
    Added, Addition, Branch, Recreation, Removal, WorkspaceError, WorktreeEntry, Worktrees,
};
use super::{Condition, Detail, ExpectedWorktree, Workspace};

impl<'r> Worktrees<'r> {
    /// Creates the worktree again. If its folder is missing but git still has its index, staged
    /// changes are backed up before git forgets the worktree.
    pub(super) fn recreate_worktree(
        &self,
        again: &Recreation<'_>,
    ) -> Result<Added<'r>, WorkspaceError> {
        let name = again.branch.to_owned();
        let branch = match (self.repo.read_ref(&format!("refs/heads/{name}"))?, again.head) {
            (None, Some(head)) if self.is_there(&[format!("{head}^{{commit}}")])?[0] => {
                Branch::New { name, at: head.clone() }
            }
            (None, _) => return Err(WorkspaceError::BranchMissing(name)),
            (Some(_), _) => Branch::Existing { name },
        };
        let place = ExpectedWorktree { path: again.path, branch: None };
        let stale = match self.state(&place, Detail::Place)?.condition {
            Condition::Missing => {
                remove_empty(again.path);
                None
            }
            Condition::Prunable => self.target(again.path, again.session)?,
            _ => return Err(WorkspaceError::PathTaken(again.path.to_owned())),
        };
        let mut backup = None;
        if let Some(stale) = &stale {
            let other = |listed: &WorktreeEntry| listed.path != stale.path;
            let others: Vec<_> = self.list()?.into_iter().filter(other).collect();
            self.check_branch(&branch, &others)?;
            self.check_modules(&stale.git_dir)?;
            let at_risk =
                self.at_risk(Some(stale), &Removal::of_worktree(&stale.path, again.session))?;
            if at_risk.is_something() {
                backup = Some(self.back_up(Some(stale), &at_risk, again.session)?);
            }
        }
        let addition = Addition { path: again.path.to_owned(), branch, session: again.session };
        let forgotten = match &stale {
            Some(stale) => self.forget_missing(stale, again.session),
            None => Ok(()),
        };
        match forgotten.and_then(|()| self.add_worktree(&addition)) {
            Ok(mut added) => {
                added.backed_up(backup);
                Ok(added)
            }
            Err(source) if backup.is_some() => {
                let (path, source) = (again.path.to_owned(), Box::new(source));
                Err(WorkspaceError::Incomplete { path, backup, source })
            }
            Err(error) => Err(error),
        }
    }
}

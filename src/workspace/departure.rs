//! Inspects a worktree and a branch that are to be removed. Both the decision and the removal rely
//! on this inspection.

use std::path::PathBuf;

use super::at_risk::AtRisk;
use super::inventory::{Inventory, Stopped};
use super::list::path_from;
use super::removal::Target;
use super::{
    Condition, Detail, ExpectedWorktree, OnUnsaved, Removal, Verdict, Workspace, WorktreeEntry,
};
use super::{WorkspaceError, Worktrees};
use crate::git::Held;
use crate::model::{Oid, is_branch_name};

/// What is to be removed, as it was when inspected.
pub(super) struct Departure {
    pub target: Option<Target>,
    pub at_risk: AtRisk,
    /// The contents of the worktree's git directory.
    git_dir: Option<Inventory>,
    /// The contents of its folder, if that exists.
    folder: Option<Inventory>,
    /// Why it can be removed only after a backup.
    work: Option<WorkspaceError>,
}

impl Worktrees<'_> {
    /// Inspects the worktree and the branch to be removed.
    ///
    /// # Errors
    /// Fails if something would be lost for good, or if the worktree is not the session's.
    pub(super) fn departure(&self, removal: &Removal<'_>) -> Result<Departure, WorkspaceError> {
        let target = match removal.path {
            Some(path) => self.target(path, removal.session)?,
            None => None,
        };
        if let Some(name) = removal.branch {
            self.check_free(name, target.as_ref())?;
        }
        // Taken before anything else is read, so that any later change is detected.
        let (git_dir, folder) = match &target {
            Some(target) => take(target)?,
            None => (None, None),
        };
        let at_risk = self.at_risk(target.as_ref(), removal)?;
        if let Some(target) = &target {
            if let Some(folder) = &folder {
                let submodules = self.check_submodules(&target.path, &at_risk.status)?;
                self.check_nested(folder, &submodules)?;
            }
            self.check_modules(&target.git_dir)?;
        }
        let work = self.work(removal, target.as_ref(), &at_risk)?;
        let departure = Departure { target, at_risk, git_dir, folder, work };
        let is_news = |path: &PathBuf| removal.ignored.is_some_and(|known| !known.contains(path));
        let arrived = departure.ignored().find(is_news);
        match arrived {
            Some(arrived) => Err(WorkspaceError::Changed(arrived)),
            None => Ok(departure),
        }
    }

    /// Determines the effect of a removal, without removing anything.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn verdict(&self, removal: &Removal<'_>) -> Result<Verdict, WorkspaceError> {
        let departure = match self.departure(removal) {
            Ok(departure) => departure,
            Err(refusal) => {
                return Ok(Verdict { refusal: Some(refusal), yields: false, ignored: Vec::new() });
            }
        };
        let ignored = departure.ignored().collect();
        let refusal = departure.work.filter(|_| removal.on_unsaved == OnUnsaved::Refuse);
        Ok(Verdict { yields: refusal.is_some(), refusal, ignored })
    }

    fn check_free(&self, name: &str, target: Option<&Target>) -> Result<(), WorkspaceError> {
        if !is_branch_name(name) {
            return Err(WorkspaceError::InvalidBranch(name.to_owned()));
        }
        let other = |listed: &WorktreeEntry| target.is_none_or(|target| target.path != listed.path);
        let others: Vec<_> = self.list()?.into_iter().filter(other).collect();
        match self.user_of(name, &others)? {
            Some(path) if target.is_none_or(|target| target.path != path) => {
                Err(WorkspaceError::BranchInUse { name: name.to_owned(), path })
            }
            _ => Ok(()),
        }
    }

    fn work(
        &self,
        removal: &Removal<'_>,
        target: Option<&Target>,
        at_risk: &AtRisk,
    ) -> Result<Option<WorkspaceError>, WorkspaceError> {
        if let Some(Target { path, .. }) = target {
            let path = path.clone();
            let condition =
                self.state(&ExpectedWorktree { path: &path, branch: None }, Detail::Place)?;
            let (condition, changes) = (condition.condition, at_risk.status.changes);
            if matches!(condition, Condition::Busy(_)) {
                return Ok(Some(WorkspaceError::NotRemovable { path, condition }));
            }
            if !changes.is_clean() {
                return Ok(Some(WorkspaceError::Dirty { path, changes }));
            }
        }
        let what = match (removal.branch, target) {
            (Some(name), _) => format!("branch '{name}'"),
            (None, Some(Target { path, .. })) => format!("'{}'", path.display()),
            (None, None) => return Ok(None),
        };
        let count = at_risk.unmerged;
        Ok((count > 0).then_some(WorkspaceError::Unmerged { what, count }))
    }
}

/// The locks of a git process that is working in the worktree, or was killed there.
const LOCKS: [&str; 2] = ["index.lock", "HEAD.lock"];

/// Takes inventories of the git directory and, if it exists, of the folder.
fn take(target: &Target) -> Result<(Option<Inventory>, Option<Inventory>), WorkspaceError> {
    let mut locks = LOCKS.iter().map(|name| target.git_dir.join(name));
    if let Some(lock) = locks.find(|lock| lock.exists()) {
        return Err(WorkspaceError::InUse(Held::by(&lock)));
    }
    let git_dir = Inventory::take(&target.git_dir)?;
    let folder = (!target.missing).then(|| Inventory::take(&target.path)).transpose()?;
    Ok((Some(git_dir), folder))
}

impl Departure {
    /// Returns the work that prevents the removal, unless it is to be backed up.
    pub fn refusal(&mut self, on_unsaved: OnUnsaved) -> Option<WorkspaceError> {
        self.work.take().filter(|_| on_unsaved == OnUnsaved::Refuse)
    }

    /// Returns the branch to be removed and its tip.
    pub fn branch(&self) -> Option<(&str, &Oid)> {
        self.at_risk.branch.as_ref().map(|(name, tip)| (name.as_str(), tip))
    }

    /// Returns the paths in the worktree that git ignores.
    fn ignored(&self) -> impl Iterator<Item = PathBuf> {
        self.at_risk.status.ignored.iter().map(|path| path_from(path))
    }

    /// Checks that the files have not changed since the inspection.
    ///
    /// # Errors
    /// Fails if a file has changed.
    pub fn check(&self) -> Result<(), WorkspaceError> {
        self.git_dir.iter().chain(&self.folder).try_for_each(Inventory::check)
    }

    /// Removes the folder, but no file that was added since the inspection.
    ///
    /// # Errors
    /// Fails if a file was added or changed, which then stays, or if one cannot be removed.
    pub fn remove_folder(&self) -> Result<(), Stopped> {
        self.folder.iter().try_for_each(Inventory::remove)?;
        let is_partial = self.folder.is_some();
        let check = self.git_dir.iter().try_for_each(Inventory::check);
        check.map_err(|source| Stopped { is_partial, source })
    }
}

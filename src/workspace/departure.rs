//! One inspection of a worktree and a branch that are to be removed. Decision and removal both rely
//! on it.

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

/// What goes, as it was when it was looked at.
pub(super) struct Departure {
    pub target: Option<Target>,
    pub at_risk: AtRisk,
    /// What is in the git directory of the worktree.
    git_dir: Option<Inventory>,
    /// What is in its folder, where that is there.
    folder: Option<Inventory>,
    /// Why it only goes with a backup.
    work: Option<WorkspaceError>,
}

impl Worktrees<'_> {
    /// Looks at what is to go.
    ///
    /// # Errors
    /// What would be lost for good, or is not the session's.
    pub(super) fn departure(&self, removal: &Removal<'_>) -> Result<Departure, WorkspaceError> {
        let target = match removal.path {
            Some(path) => self.target(path, removal.session)?,
            None => None,
        };
        if let Some(name) = removal.branch {
            self.check_free(name, target.as_ref())?;
        }
        // Before anything else is read: what comes later is seen by its time.
        let (git_dir, folder) = match &target {
            Some(target) => take(target)?,
            None => (None, None),
        };
        let at_risk = self.at_risk(target.as_ref(), removal.branch)?;
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

/// A git that works in the worktree right now has one of these; one that was killed leaves it.
const LOCKS: [&str; 2] = ["index.lock", "HEAD.lock"];

/// The git directory, and the folder where that is there.
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
    /// What keeps it from going, where that is work which a backup could keep.
    pub fn refusal(&mut self, on_unsaved: OnUnsaved) -> Option<WorkspaceError> {
        self.work.take().filter(|_| on_unsaved == OnUnsaved::Refuse)
    }

    /// The branch that goes.
    pub fn branch(&self) -> Option<(&str, &Oid)> {
        self.at_risk.branch.as_ref().map(|(name, tip)| (name.as_str(), tip))
    }

    /// What git ignores in the worktree.
    fn ignored(&self) -> impl Iterator<Item = PathBuf> {
        self.at_risk.status.ignored.iter().map(|path| path_from(path))
    }

    /// Looks at the files again.
    ///
    /// # Errors
    /// When they are not as they were.
    pub fn check(&self) -> Result<(), WorkspaceError> {
        self.git_dir.iter().chain(&self.folder).try_for_each(Inventory::check)
    }

    /// Removes the folder, and nothing that has come into it since it was looked at.
    ///
    /// # Errors
    /// When something has; that stays. When something cannot be removed.
    pub fn remove_folder(&self) -> Result<(), Stopped> {
        self.folder.iter().try_for_each(Inventory::remove)?;
        let is_partial = self.folder.is_some();
        let check = self.git_dir.iter().try_for_each(Inventory::check);
        check.map_err(|source| Stopped { is_partial, source })
    }
}

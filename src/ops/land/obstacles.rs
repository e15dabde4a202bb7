//! Determines, without changing anything, whether git would land some work.

use std::fs;
use std::path::Path;

use super::plan::LandPlan;
use super::request::LandMethod;
use crate::model::Oid;
use crate::ops::common::{Engine, LandError, OpsError};
use crate::workspace::TrialMerge;

impl Engine {
    /// Checks that the work neither conflicts with the base nor with what is in the worktree where
    /// the base is checked out.
    pub(super) fn check_landing(&self, plan: &LandPlan) -> Result<(), OpsError> {
        let LandPlan { head, base, into, method, place, .. } = plan;
        // A merge that a killed landing has left is taken back first.
        let place = place.as_deref();
        let left = place.is_some_and(|place| self.left_behind(place, plan).is_some());
        let place = place.filter(|_| !left);
        if let Some(place) = place {
            self.check_place(place, into)?;
        }
        let after = match method {
            LandMethod::FastForward if self.worktrees().is_in_history(base, head)? => {
                Some(head.clone())
            }
            LandMethod::FastForward => return Err(LandError::Diverged(into.clone()).into()),
            LandMethod::Rebase => self.try_rebase(plan)?,
            LandMethod::Merge | LandMethod::Squash => self.try_join(plan)?,
        };
        let Some(place) = place else { return Ok(()) };
        if matches!(method, LandMethod::Merge | LandMethod::Squash) {
            self.check_staged(place)?;
        }
        match after {
            Some(after) => self.check_files(place, base, &after),
            None => Ok(()),
        }
    }

    /// Checks that nothing is staged: git does not merge then, and it would be part of a squash.
    pub(super) fn check_staged(&self, place: &Path) -> Result<(), OpsError> {
        let git = self.repository().git_in(place, "diff").args(["--cached", "--quiet"]);
        match git.find()? {
            Some(_) => Ok(()),
            None => Err(LandError::Staged(place.to_owned()).into()),
        }
    }

    /// Merges without a worktree, and returns the tree; None if this git cannot do that.
    fn try_join(&self, plan: &LandPlan) -> Result<Option<Oid>, OpsError> {
        let LandPlan { branch, head, base, into, place, .. } = plan;
        let worktrees = self.worktrees();
        let trial = match place {
            Some(place) => worktrees.try_merge_at(place, base, head),
            None => worktrees.try_merge(base, head),
        };
        match trial {
            Ok(TrialMerge::Clean(tree)) => Ok(Some(tree)),
            Ok(TrialMerge::Conflicts(files)) => Err(self.conflicts(plan, files).into()),
            Err(_) => match self
                .repository()
                .git("merge-base")
                .args([base.as_str(), head.as_str()])
                .find()?
            {
                Some(_) => Ok(None),
                None => {
                    let (branch, into) = (branch.clone(), into.clone());
                    Err(LandError::Unrelated { branch, into }.into())
                }
            },
        }
    }

    /// Checks that no changed or untracked file in a worktree prevents git from changing the files
    /// there.
    fn check_files(&self, place: &Path, from: &Oid, to: &Oid) -> Result<(), OpsError> {
        let repo = self.repository();
        let Some(index) = self.copy_of_index(place) else { return Ok(()) };
        // What git knows of the files may be old. The copy is brought up to date, not the index.
        let git = repo.git_in(place, "update-index").env("GIT_INDEX_FILE", index.path());
        let _ = git.args(["-q", "--refresh"]).end(&mut |_| {})?;
        let git = repo.git_in(place, "read-tree").env("GIT_INDEX_FILE", index.path());
        let git = git.args(["--dry-run", "-m", "-u", from.as_str(), to.as_str()]);
        let ended = git.end(&mut |_| {})?;
        if ended.status == Some(0) {
            return Ok(());
        }
        let named = |line: &str| {
            let name = line.strip_prefix("error: ")?.split_once('\'')?.1.rsplit_once('\'')?.0;
            Some(name.to_owned())
        };
        let files: Vec<_> = ended.stderr.lines().filter_map(named).collect();
        match files.is_empty() {
            true => Ok(()),
            false => Err(LandError::InTheWay { path: place.to_owned(), files }.into()),
        }
    }

    /// Returns how to take back what a landing that was killed has merged in a worktree; None if
    /// there is no such thing, or if something else is staged there.
    pub(super) fn left_behind(
        &self,
        place: &Path,
        plan: &LandPlan,
    ) -> Option<&'static [&'static str]> {
        let LandPlan { head, base, .. } = plan;
        let git_dir = self.repository().git_dir_of(place)?;
        let merged = fs::read_to_string(git_dir.join("MERGE_HEAD")).unwrap_or_default();
        let undo: &[&str] = match merged.trim() == head.as_str() {
            true => &["merge", "--abort"],
            false if git_dir.join("SQUASH_MSG").exists() => &["reset", "--quiet", "--merge"],
            false => return None,
        };
        let trial = self.worktrees().try_merge_at(place, base, head);
        let Ok(TrialMerge::Clean(tree)) = trial else { return None };
        let staged = self.repository().git_in(place, "write-tree").run().ok()?.text();
        (staged == tree.as_str()).then_some(undo)
    }
}

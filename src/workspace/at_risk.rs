//! The work that would be lost with a worktree.

use std::fs;
use std::path::Path;

use super::hidden::with_index;
use super::registry::Registered;
use super::removal::{Removal, Target};
use super::status::Status;
use super::worktrees::real_path;
use super::{
    Condition, Detail, ExpectedWorktree, Workspace, WorkspaceError, Worktrees, marker, removing,
};
use crate::git::GitCommand;
use crate::model::{Oid, SessionId};

/// The work in a worktree and on a branch that may be saved nowhere else.
pub(super) struct AtRisk {
    pub status: Status,
    /// The tips to back up: HEAD, the branch to be removed, and other commits to which only the
    /// worktree refers.
    pub tips: Vec<Oid>,
    /// The branch to be removed, if it exists, and its tip.
    pub branch: Option<(String, Oid)>,
    /// The number of commits that are reachable from the tips, but from no remaining branch and no
    /// remote.
    pub unmerged: u64,
}

impl Worktrees<'_> {
    /// Returns the worktree to be removed at this path, or None if nothing is there.
    ///
    /// # Errors
    /// Fails if the path is not a worktree, or if the worktree belongs to another session, is
    /// locked, is the main worktree, or may only be out of reach.
    pub(super) fn target(
        &self,
        path: &Path,
        session: SessionId,
    ) -> Result<Option<Target>, WorkspaceError> {
        let path = real_path(path);
        let place = ExpectedWorktree { path: &path, branch: None };
        let condition = self.state(&place, Detail::Place)?.condition;
        let missing = match condition {
            Condition::Missing => return Ok(None),
            Condition::Prunable => true,
            Condition::Ready | Condition::Detached | Condition::Busy(_) => false,
            condition => return Err(WorkspaceError::NotRemovable { path, condition }),
        };
        let known = self.registered()?.into_iter().find(|known| known.path == path);
        let Some(Registered { git_dir, locked, .. }) = known else {
            return Err(WorkspaceError::MainWorktree(path));
        };
        if marker::read(&git_dir) != Some(session) {
            return Err(WorkspaceError::NotItsOwn { path, session });
        }
        if let Some(reason) = locked {
            return Err(WorkspaceError::Locked { path, reason });
        }
        if missing && is_out_of_reach(&path) {
            return Err(WorkspaceError::OutOfReach(path));
        }
        Ok(Some(Target { git_dir, path, missing }))
    }

    /// Returns `git <verb>` for a worktree, even if its folder is gone.
    pub(super) fn git_on(&self, target: &Target, verb: &str) -> GitCommand {
        if target.missing {
            self.repo.git(verb).env("GIT_DIR", target.git_dir.clone())
        } else {
            self.repo.git_in(&target.path, verb)
        }
    }

    pub(super) fn at_risk(
        &self,
        target: Option<&Target>,
        removal: &Removal<'_>,
    ) -> Result<AtRisk, WorkspaceError> {
        let branch = removal.branch;
        let mut tips = Vec::new();
        let mut status = Status::default();
        if let Some(target) = target {
            let head = self.git_on(target, "rev-parse").args(["--verify", "--quiet", "HEAD"]);
            tips.extend(head.find()?.and_then(|output| output.text().parse().ok()));
            status = self.status_on(target)?;
        }
        let tip = |name: &str| self.repo.read_ref(&format!("refs/heads/{name}"));
        let branch = match branch.map(|name| Ok((name, tip(name)?))).transpose() {
            Err(error) => return Err(WorkspaceError::Ref(error)),
            Ok(found) => found.and_then(|(name, tip)| Some((name.to_owned(), tip?))),
        };
        if let Some((_, tip)) = branch.as_ref().filter(|(_, tip)| !tips.contains(tip)) {
            tips.push(tip.clone());
        }
        let name = branch.as_ref().map(|(name, _)| name.as_str());
        let others = target.map(|target| self.other_tips(target)).transpose()?.unwrap_or_default();
        let mut unmerged = 0;
        // A graft can be taken away again. What only seems to be merged would be lost then.
        for history in self.histories() {
            let worktrees = self.with_history(*history);
            unmerged = unmerged.max(worktrees.count_unmerged(&mut tips, &others, name, removal)?);
        }
        Ok(AtRisk { status, tips, branch, unmerged })
    }

    /// Counts the commits that would be lost. Other commits of a worktree are added to the tips if
    /// some of these would be.
    fn count_unmerged(
        &self,
        tips: &mut Vec<Oid>,
        others: &[Oid],
        branch: Option<&str>,
        removal: &Removal<'_>,
    ) -> Result<u64, WorkspaceError> {
        let mut unmerged = self.unmerged(tips, branch)?;
        if !others.is_empty() {
            let all: Vec<_> = tips.iter().chain(others).cloned().collect();
            let more = self.unmerged(&all, branch)?;
            if more > unmerged {
                *tips = all;
                unmerged = more;
            }
        }
        let is_merged = unmerged > 0 && self.are_merged(tips, removal.bases)?;
        Ok(if is_merged { 0 } else { unmerged })
    }

    /// Returns true if one of the bases has the work of all tips.
    fn are_merged(&self, tips: &[Oid], bases: &[Oid]) -> Result<bool, WorkspaceError> {
        for base in bases {
            let mut is_merged = true;
            for tip in tips {
                is_merged = is_merged && self.merged_at(tip, base)?.is_some();
            }
            if is_merged {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the status, including files that the user's index hides from git.
    fn status_on(&self, target: &Target) -> Result<Status, WorkspaceError> {
        if !target.missing {
            let index = self.open_index(target)?;
            let git = with_index(self.status(&target.path).arg("--ignored"), index.as_deref());
            let mut status = Status::parse(git.run()?.bytes());
            if removing::was_begun(&target.git_dir) {
                status.pass_over_missing();
            }
            return Ok(status);
        }
        let mut status = Status::default();
        let same = self.git_on(target, "diff").args(["--cached", "--quiet"]).find()?;
        status.changes.staged = usize::from(same.is_none());
        Ok(status)
    }

    /// Returns the commits that only this worktree refers to: those of operations in progress, and
    /// its per-worktree refs (git-worktree(1), REFS).
    fn other_tips(&self, target: &Target) -> Result<Vec<Oid>, WorkspaceError> {
        const HEADS: [&str; 3] = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];
        const FILES: [&str; 6] = [
            "MERGE_HEAD",
            "MERGE_AUTOSTASH",
            "rebase-merge/autostash",
            "rebase-merge/orig-head",
            "rebase-apply/autostash",
            "rebase-apply/orig-head",
        ];
        let git = self.git_on(target, "for-each-ref").arg("--format=%(objectname)");
        let own = git.args(["refs/bisect", "refs/rewritten", "refs/worktree"]).run()?.text();
        let read = |name: &str| fs::read_to_string(target.git_dir.join(name)).unwrap_or_default();
        let mut names: Vec<String> = HEADS.map(str::to_owned).into();
        names.extend(own.lines().map(str::to_owned));
        names.extend(FILES.iter().flat_map(|name| {
            read(name).lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
        }));
        let git = self.git_on(target, "cat-file").arg("--batch-check=%(objecttype) %(objectname)");
        let output = git.input(names.join("\n") + "\n").run()?.text();
        let commits = output.lines().filter_map(|line| line.strip_prefix("commit ")?.parse().ok());
        let mut tips: Vec<Oid> = commits.collect();
        tips.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        tips.dedup();
        Ok(tips)
    }

    fn unmerged(&self, tips: &[Oid], branch: Option<&str>) -> Result<u64, WorkspaceError> {
        if tips.is_empty() {
            return Ok(0);
        }
        let git = self.history("rev-list").arg("--count").args(tips.iter().map(Oid::as_str));
        let git = git.arg("--not").args(branch.map(|name| format!("--exclude={name}")));
        let count = git.args(["--branches", "--remotes"]).run()?.text();
        // A count that cannot be parsed must not be taken for zero.
        Ok(count.parse().unwrap_or(u64::MAX))
    }
}

/// Returns true if the parent directory is missing too. Then a disk may not be mounted, or the home
/// directory renamed; a worktree removed by hand leaves its parent.
pub(super) fn is_out_of_reach(path: &Path) -> bool {
    !path.parent().is_some_and(Path::is_dir)
}

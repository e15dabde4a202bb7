//! What would be lost with a worktree.

use std::path::{Path, PathBuf};

use super::registry::Registered;
use super::status::Status;
use super::worktrees::real_path;
use super::{Condition, Detail, Place, Workspace, WorkspaceError, Worktrees};
use crate::git::GitCommand;
use crate::model::Oid;

/// A linked worktree that is to go.
pub(super) struct Leaving {
    pub git_dir: PathBuf,
    pub path: PathBuf,
    /// Its folder is gone already; git still knows its index and HEAD.
    pub missing: bool,
}

/// What is in a worktree, and on a branch, and nowhere else.
pub(super) struct Stake {
    pub status: Status,
    /// The tips to keep: HEAD, and the branch that is to go.
    pub tips: Vec<Oid>,
    /// How many commits are on these tips and on no branch that stays, and no remote.
    pub unmerged: u64,
}

impl Worktrees<'_> {
    /// The worktree at a path that is to go; None where nothing is there.
    ///
    /// # Errors
    /// When something else is there, or it is locked, or is the main worktree.
    pub(super) fn leaving(&self, path: &Path) -> Result<Option<Leaving>, WorkspaceError> {
        let path = real_path(path);
        let place = Place { path: &path, branch: None };
        let condition = self.state(&place, Detail::Place)?.condition;
        let missing = match condition {
            Condition::Missing => return Ok(None),
            Condition::Prunable => true,
            Condition::Ready | Condition::Detached | Condition::Busy(_) => false,
            condition => return Err(WorkspaceError::NotRemovable { path, condition }),
        };
        let known = self.registered()?.into_iter().find(|known| known.path == path);
        match known {
            None => Err(WorkspaceError::MainWorktree(path)),
            Some(Registered { locked: Some(reason), .. }) => {
                Err(WorkspaceError::Locked { path, reason })
            }
            Some(Registered { git_dir, .. }) => Ok(Some(Leaving { git_dir, path, missing })),
        }
    }

    /// `git <verb>` on a worktree, also on one whose folder is gone.
    pub(super) fn git_on(&self, leaving: &Leaving, verb: &str) -> GitCommand {
        if leaving.missing {
            self.repo.git(verb).env("GIT_DIR", leaving.git_dir.clone())
        } else {
            self.repo.git_in(&leaving.path, verb)
        }
    }

    pub(super) fn stake(
        &self,
        leaving: Option<&Leaving>,
        branch: Option<&str>,
    ) -> Result<Stake, WorkspaceError> {
        let mut tips = Vec::new();
        let mut status = Status::default();
        if let Some(leaving) = leaving {
            status = self.status_on(leaving)?;
            let head = self.git_on(leaving, "rev-parse").args(["--verify", "--quiet", "HEAD"]);
            tips.extend(head.find()?.and_then(|output| output.text().parse().ok()));
        }
        if let Some(branch) = branch
            && let Some(tip) = self.repo.read_ref(&format!("refs/heads/{branch}"))?
            && !tips.contains(&tip)
        {
            tips.push(tip);
        }
        let unmerged = self.unmerged(&tips, branch)?;
        Ok(Stake { status, tips, unmerged })
    }

    fn status_on(&self, leaving: &Leaving) -> Result<Status, WorkspaceError> {
        if !leaving.missing {
            return Ok(Status::parse(self.status(&leaving.path).run()?.bytes()));
        }
        let mut status = Status::default();
        let same = self.git_on(leaving, "diff").args(["--cached", "--quiet"]).find()?;
        status.changes.staged = usize::from(same.is_none());
        Ok(status)
    }

    fn unmerged(&self, tips: &[Oid], branch: Option<&str>) -> Result<u64, WorkspaceError> {
        if tips.is_empty() {
            return Ok(0);
        }
        let git = self.repo.git("rev-list").arg("--count").args(tips.iter().map(Oid::as_str));
        let git = git.arg("--not").args(branch.map(|name| format!("--exclude={name}")));
        let count = git.args(["--branches", "--remotes"]).run()?.text();
        // More than can be counted is not nothing.
        Ok(count.parse().unwrap_or(u64::MAX))
    }
}

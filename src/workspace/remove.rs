use std::fs;
use std::path::Path;
use std::time::Duration;

use super::at_risk::AtRisk;
use super::departure::Departure;
use super::inventory::Stopped;
use super::nowhere::Nowhere;
use super::removal::Target;
use super::worktree_race::retry_on_worktree_race;
use super::{Removal, Removed, WorkspaceError, Worktrees, removing};
use crate::git::GitError;
use crate::model::{Oid, SessionId};

/// How long a removal waits for another one in the same repository.
const PATIENCE: Duration = Duration::from_secs(120);

impl Worktrees<'_> {
    /// Decides first whether to refuse, then backs up work that would be lost, then removes what
    /// was inspected, provided that it has not changed.
    ///
    /// Removals run one at a time. If two branches hold the same commits, concurrent removals would
    /// each count on the other branch to keep them.
    pub(super) fn remove_worktree(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError> {
        // A refused removal writes nothing, not even a lock.
        self.decided(removal)?;
        let _alone = self.repo.lock_named("remove", PATIENCE)?;
        let departure = self.decided(removal)?;
        let backup = match departure.at_risk.is_something() {
            true => Some(self.back_up(
                departure.target.as_ref(),
                &departure.at_risk,
                removal.session,
            )?),
            false => None,
        };
        if let Err(error) = departure.check() {
            if let Some(name) = &backup {
                self.drop_backup(name);
            }
            return Err(error);
        }
        if let Err(stopped) = self.discard(&departure, removal.session) {
            return Err(self.explain(stopped, &departure, backup));
        }
        if let (None, Some(path)) = (&departure.target, removal.path) {
            remove_empty(path);
        }
        let mut removed = Removed { backup, ..Removed::default() };
        if let Some((name, tip)) = departure.branch() {
            match self.delete_branch(name, tip) {
                Ok(()) => removed.branch = Some(tip.clone()),
                Err(error) => removed.kept = Some(error.to_string()),
            }
        }
        Ok(removed)
    }

    fn decided(&self, removal: &Removal<'_>) -> Result<Departure, WorkspaceError> {
        let mut departure = self.departure(removal)?;
        match departure.refusal(removal.on_unsaved) {
            Some(refusal) => Err(refusal),
            None => Ok(departure),
        }
    }

    /// Removes the folder and unregisters the worktree. If the folder exists again by then, for
    /// example with somebody else's work, it is not removed.
    fn discard(&self, departure: &Departure, session: SessionId) -> Result<(), Stopped> {
        let Some(target) = &departure.target else { return Ok(()) };
        removing::begin(&target.git_dir);
        departure.remove_folder()?;
        let forgotten = self.forget_missing(target, session);
        forgotten.map_err(|source| Stopped { is_partial: true, source })
    }

    /// Turns a stopped removal into an error. If nothing was removed, drops the note of the removal
    /// and the backup, as if nothing had been tried.
    fn explain(
        &self,
        Stopped { is_partial, source }: Stopped,
        departure: &Departure,
        backup: Option<String>,
    ) -> WorkspaceError {
        let Some(target) = &departure.target else { return source };
        if is_partial {
            let path = target.path.clone();
            return WorkspaceError::Incomplete { path, backup, source: Box::new(source) };
        }
        removing::end(&target.git_dir);
        if let Some(name) = &backup {
            self.drop_backup(name);
        }
        source
    }

    /// Unregisters a worktree whose folder is gone. Git would remove a folder that reappears at
    /// this moment, so the entry is first pointed at a path that does not exist. Git runs no hook
    /// for this.
    pub(super) fn forget_missing(
        &self,
        target: &Target,
        session: SessionId,
    ) -> Result<(), WorkspaceError> {
        remove_empty(&target.path);
        if target.path.exists() {
            return Err(WorkspaceError::Changed(target.path.clone()));
        }
        let nowhere = Nowhere::lead(self.repo, target)?;
        let git = || self.repo.git("worktree").as_user().shielded().args(["remove", "--"]);
        match retry_on_worktree_race(|| git().arg(&nowhere.path).run()) {
            Ok(_) => Ok(()),
            // Another process has unregistered it.
            Err(GitError::Failed { .. })
                if self.target(&target.path, session).is_ok_and(|it| it.is_none()) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the branch if it is still at the inspected commit, so that no later commit is lost.
    fn delete_branch(&self, name: &str, tip: &Oid) -> Result<(), WorkspaceError> {
        let others = self.list()?;
        if let Some(path) = self.user_of(name, &others)? {
            return Err(WorkspaceError::BranchInUse { name: name.to_owned(), path });
        }
        let full = format!("refs/heads/{name}");
        let git = self.repo.git("update-ref").shielded().args(["-d", &full, tip.as_str()]);
        if let Err(error) = git.run() {
            match self.repo.read_ref(&full)? {
                // Git deleted it before failing, or another process did.
                None => {}
                Some(at) if at == *tip => return Err(error.into()),
                Some(_) => return Err(WorkspaceError::BranchMoved(name.to_owned())),
            }
        }
        let section = format!("branch.{name}");
        // Failure is expected: most branches have no section.
        let git = self.repo.git("config").shielded();
        let _ = git.args(["--local", "--remove-section", &section]).run();
        Ok(())
    }
}

/// Removes a leftover folder if it is empty.
pub(super) fn remove_empty(path: &Path) {
    let _ = fs::remove_dir(path);
}

impl AtRisk {
    pub(super) fn is_something(&self) -> bool {
        self.unmerged > 0 || !self.status.changes.is_clean()
    }
}

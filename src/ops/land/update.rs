//! Merges the base into a session's branch, so that conflicts can be resolved there.

use super::git::words;
use super::request::LandRequest;
use crate::ops::common::{Engine, LandError, OpsError, SessionWorktreeError, placement};
use crate::store::Key;

/// What merging the base into a session's branch has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseMerge {
    /// Nothing: the branch contains the base.
    UpToDate,
    /// The base was merged.
    Merged,
    /// These files have conflicts, which are left to be resolved.
    Conflicts(Vec<String>),
}

impl Engine {
    /// Merges the branch to land in into the session's branch, in the session's worktree.
    ///
    /// # Errors
    /// Fails like [`land_plan`](Self::land_plan), except for conflicts, and if the session has no
    /// worktree here or git refuses.
    pub fn land_in_worktree(
        &self,
        key: impl Into<Key>,
        request: &LandRequest,
    ) -> Result<BaseMerge, OpsError> {
        let plan = self.outline(key.into(), request)?;
        let place = placement::workspace(self, &plan.session)?;
        let repo = self.repository();
        let name =
            repo.git_in(&place, "symbolic-ref").args(["--quiet", "--short", "HEAD"]).find()?;
        if name.is_none_or(|name| name.text() != plan.branch) {
            return Err(SessionWorktreeError::NotItsOwn { id: plan.session.id, path: place }.into());
        }
        if self.worktrees().is_in_history(&plan.base, &plan.head)? {
            return Ok(BaseMerge::UpToDate);
        }
        let git = repo.git_in(&place, "merge").as_user().args(["--no-edit", &plan.into]);
        let ended = git.end(&mut |_| {})?;
        if ended.status == Some(0) {
            return Ok(BaseMerge::Merged);
        }
        let git = repo.git_in(&place, "diff").args(["--name-only", "--diff-filter=U", "-z"]);
        let output = git.run()?;
        let printed = String::from_utf8_lossy(output.bytes()).into_owned();
        let files: Vec<_> =
            printed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if files.is_empty() {
            let words = words(&ended);
            let is_begun = repo.git_dir_of(&place).is_some_and(|it| it.join("MERGE_HEAD").exists());
            return Err(match is_begun {
                true => LandError::NotCommitted { path: place, words },
                false => LandError::Refused { verb: "merge", place: Some(place), words },
            }
            .into());
        }
        Ok(BaseMerge::Conflicts(files))
    }
}

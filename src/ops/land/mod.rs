//! Lands the work of sessions: brings it to their base branches.

mod check;
mod conflicts;
mod git;
mod obstacles;
mod plan;
mod record;
mod replaced;
mod replay;
mod request;
mod scratch;
mod start;
mod target;
mod undo;
mod update;

use std::time::Duration;

pub use self::check::{LandCheck, LandOutlook};
use self::git::Landing;
pub use self::plan::LandPlan;
pub use self::request::{AfterLanding, LandMessage, LandMethod, LandRequest};
pub use self::update::BaseMerge;
use crate::model::{Landed, Oid, Session};
use crate::ops::cleanup::Leftover;
use crate::ops::common::{Engine, OpsError};
use crate::store::Key;

/// How long a landing waits for another one in the same repository.
const PATIENCE: Duration = Duration::from_secs(60);

/// The result of landing a session.
#[derive(Debug)]
#[non_exhaustive]
pub struct LandedSession {
    /// The session after it.
    pub session: Session,
    /// Where its work is.
    pub landed: Landed,
    /// True if the work was in the base branch before, so that only the record was changed.
    pub was_merged: bool,
    /// True if the branch got new commits in the meantime. The session then continues.
    pub has_later_work: bool,
    /// True if its agent waited for a prompt and was stopped, because its worktree was to go.
    pub stopped_agent: bool,
    /// What was removed, or why it was kept; None if nothing was to be removed.
    pub cleaned: Option<Result<Leftover, OpsError>>,
    /// The event.
    pub event: Option<Oid>,
}

impl Engine {
    /// Brings the work of a session to its base branch, and then cleans up after it. An agent that
    /// waits for a prompt is stopped for that.
    ///
    /// Where the base branch is checked out, git lands the work there; otherwise in a temporary
    /// worktree, after which the branch moves from its old value. So hooks, signatures and merge
    /// drivers are git's. A recorded resolution is left to a person to commit, as git leaves it.
    /// Landings in one repository run one at a time.
    ///
    /// Work that is in the base branch already, because an earlier landing was interrupted or
    /// somebody merged it, is only recorded.
    ///
    /// # Errors
    /// Fails like [`land_plan`](Self::land_plan), and if git or a hook refuses, or the work
    /// conflicts. All branches and worktrees are then as they were.
    pub fn land(
        &self,
        key: impl Into<Key>,
        request: &LandRequest,
    ) -> Result<LandedSession, OpsError> {
        let key = key.into();
        let _alone = self.repository().lock_named("land", PATIENCE)?;
        scratch::remove_old(self)?;
        let plan = self.land_plan(key.clone(), request)?;
        let was_merged = plan.merged.is_some();
        let landed = match &plan.merged {
            Some(commit) => {
                let how = self.how_merged(commit, &plan.head)?;
                Landed::new(commit.clone(), plan.into.clone(), how)
            }
            None => {
                let commit = Landing { engine: self, plan: &plan, request }.run()?;
                Landed::new(commit, plan.into.clone(), plan.method.as_str())
            }
        };
        self.record_landing(&key, &plan, landed, request.after, was_merged)
    }

    /// Determines how work that a commit of the base branch has came there.
    fn how_merged(&self, commit: &Oid, head: &Oid) -> Result<&'static str, OpsError> {
        let worktrees = self.worktrees();
        if commit == head {
            return Ok("merge");
        }
        // The work may change nothing, or have been found where it began.
        let is_older = worktrees.is_in_history(commit, head)?;
        match !is_older && worktrees.is_squash(commit, head)? {
            true => Ok("squash"),
            false => Ok(Landed::ALREADY),
        }
    }
}

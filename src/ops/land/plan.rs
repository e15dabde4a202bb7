use std::path::{Path, PathBuf};

use super::request::{LandMethod, LandRequest};
use crate::model::{Activity, Oid, Session, SessionId, SessionStatus};
use crate::ops::common::activity::activities;
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::live::Probes;
use crate::ops::common::{
    AgentStateError, Checks, Engine, LandError, Liveness, OpsError, SessionWorktreeError, lodging,
    placement,
};
use crate::store::{Key, Shelf, StoreError};
use crate::workspace::{Condition, Detail, ExpectedWorktree, Workspace as _, operation};

/// What a landing would do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LandPlan {
    /// The session, with its present branch and head.
    pub session: Session,
    /// Its branch.
    pub branch: String,
    /// The last commit of its branch.
    pub head: Oid,
    /// The branch to land in.
    pub into: String,
    /// The last commit of that branch.
    pub base: Oid,
    /// The way.
    pub method: LandMethod,
    /// The worktree in which that branch is checked out.
    pub place: Option<PathBuf>,
    /// The commit of that branch that has the work already.
    pub merged: Option<Oid>,
    /// The commit after which the session's own commits begin, if the base does not contain it. Only
    /// the commits after it are rebased.
    pub start: Option<Oid>,
    /// How many commits would be landed.
    pub commits: u64,
}

impl Engine {
    /// Determines what [`land`](Self::land) would do, without doing it.
    ///
    /// # Errors
    /// Fails if the session has no branch, no commits or no base branch here, and, unless the
    /// checks are skipped, if its agent is running or may be, or its worktree has uncommitted
    /// changes. Fails if the base does not contain the commit where the session began, and if git
    /// would not land the work: because of conflicts, or because of what is in the base's worktree.
    pub fn land_plan(
        &self,
        key: impl Into<Key>,
        request: &LandRequest,
    ) -> Result<LandPlan, OpsError> {
        let plan = self.outline(key.into(), request)?;
        if plan.merged.is_none() {
            self.check_landing(&plan)?;
        }
        Ok(plan)
    }

    /// Determines the same without looking for conflicts and at the base's worktree.
    pub(super) fn outline(&self, key: Key, request: &LandRequest) -> Result<LandPlan, OpsError> {
        let (store, worktrees) = (self.store(), self.worktrees());
        let snapshot = store.snapshot()?;
        if snapshot.get(key.clone())?.location.shelf == Shelf::Archived {
            return Err(StoreError::Archived(key).into());
        }
        let mut session = snapshot.session(key)?;
        let id = session.id;
        if session.status == SessionStatus::Merged && !self.has_later_work(&session)? {
            return Err(LandError::Already(id).into());
        }
        if request.checks == Checks::All {
            self.check_quiet(&session)?;
        }
        catch_up(store, &mut session)?;
        let (branch, head) = self.branch_to_land(&session)?;
        let into = self.land_target(&session, request)?;
        if into == branch {
            return Err(LandError::OnBase { id, branch }.into());
        }
        let base = self.repository().read_ref(&format!("refs/heads/{into}"))?;
        let gone = || LandError::BaseGone { name: into.clone(), near: None };
        let base = base.ok_or_else(gone)?;
        let start = session.base.as_ref().and_then(|base| base.commit.as_ref());
        if start == Some(&head) {
            return Err(LandError::NoCommits { id, into }.into());
        }
        let merged = worktrees.merged_at(&head, &base)?;
        if merged.is_none() && worktrees.is_cut_off(&head, &base)? {
            return Err(LandError::Shallow { branch, into }.into());
        }
        let place = worktrees.checked_out_at(&into)?;
        let method = request.method;
        let foreign = match merged {
            Some(_) => None,
            None => self.foreign_start(&session, &head, &into, &base)?,
        };
        let start = match foreign {
            Some(foreign) if method != LandMethod::Rebase && !foreign.is_merged => {
                let is_shallow = self.repository().is_shallow();
                return Err(
                    LandError::Lost { id, into, place, start: foreign.began, is_shallow }.into()
                );
            }
            foreign => foreign.map(|foreign| foreign.own),
        };
        let from = start.as_ref().filter(|_| method == LandMethod::Rebase).unwrap_or(&base);
        let divergence = worktrees.divergences(&[(head.clone(), from.clone())])?;
        let commits = divergence[0].map_or(0, |it| it.ahead);
        Ok(LandPlan { session, branch, head, into, base, method, place, merged, start, commits })
    }

    /// Returns true if the branch of a landed session has commits that its base has not.
    fn has_later_work(&self, session: &Session) -> Result<bool, OpsError> {
        let tip = |branch: &str| self.repository().read_ref(&format!("refs/heads/{branch}"));
        let into = session.landed.as_ref().map(|landed| &landed.into);
        let (Some(branch), Some(into)) = (&session.branch, into) else { return Ok(false) };
        let (Some(head), Some(base)) = (tip(branch)?, tip(into)?) else { return Ok(false) };
        Ok(session.head.as_ref() != Some(&head)
            && self.worktrees().merged_at(&head, &base)?.is_none())
    }

    /// Checks that nobody is working in the session's worktree.
    pub(super) fn check_quiet(&self, session: &Session) -> Result<(), OpsError> {
        let (id, title) = (session.id, session.display_title());
        match self.liveness(session) {
            Liveness::Gone => {}
            Liveness::Alive { .. } if self.waits_for_a_prompt(session) => {}
            Liveness::Alive { .. } => {
                let asks = self.activity(session) == Some(Activity::WaitingInput);
                return Err(LandError::AtWork { id, title, asks }.into());
            }
            Liveness::Unknown(source) => {
                return Err(AgentStateError::Unknown { id, source }.into());
            }
        }
        if lodging::has_left(self.store(), session) {
            return Ok(());
        }
        let Ok(path) = placement::workspace(self, session) else { return Ok(()) };
        let expected = ExpectedWorktree { path: &path, branch: None };
        let state = self.worktrees().state(&expected, Detail::Changes)?;
        if let condition @ Condition::Busy(_) = &state.condition {
            let state = condition.to_string();
            return Err(LandError::NotReady { path, state }.into());
        }
        match state.changes.filter(|changes| !changes.is_clean()) {
            Some(changes) => Err(LandError::Uncommitted { path, changes }.into()),
            None => Ok(()),
        }
    }

    /// Returns true if the agent's turn has ended.
    pub(super) fn waits_for_a_prompt(&self, session: &Session) -> bool {
        matches!(self.activity(session), Some(Activity::Ready | Activity::Idle))
    }

    fn activity(&self, session: &Session) -> Option<Activity> {
        let replica = self.store().known_replica();
        let states = Probes::new(self, replica.as_deref(), &[session]).run();
        Some(activities(self, &[session], &states).pop().flatten()?.activity)
    }

    fn branch_to_land(&self, session: &Session) -> Result<(String, Oid), OpsError> {
        let no_branch = || SessionWorktreeError::NoBranch(session.id);
        let branch = session.branch.clone().ok_or_else(no_branch)?;
        let is_its_own = !lodging::has_left(self.store(), session);
        if let Some(tip) = self.repository().read_ref(&format!("refs/heads/{branch}"))?
            && is_its_own
        {
            return Ok((branch, tip));
        }
        // A head that is kept can be landed without its branch.
        match session.head.clone().filter(|head| self.worktrees().has_commit(head)) {
            Some(head) => Ok((branch, head)),
            None => {
                Err(SessionWorktreeError::BranchGone { branch, head: session.head.clone() }.into())
            }
        }
    }

    /// Checks the worktree in which the base branch is checked out.
    pub(super) fn check_place(&self, place: &Path, into: &str) -> Result<(), OpsError> {
        let expected = ExpectedWorktree { path: place, branch: Some(into) };
        let condition = self.worktrees().state(&expected, Detail::Place)?.condition;
        let is_busy = self.repository().git_dir_of(place).and_then(|dir| operation(&dir));
        match (condition, is_busy) {
            (Condition::Ready, None) => Ok(()),
            (condition, _) => {
                let state = match is_busy {
                    Some(operation) => format!("in the middle of a {operation}"),
                    None => condition.to_string(),
                };
                Err(LandError::NotReady { path: place.to_owned(), state }.into())
            }
        }
    }

    /// Returns true if another session that has not ended works on the branch.
    pub(in crate::ops) fn is_shared(&self, id: SessionId, branch: &str) -> Result<bool, OpsError> {
        let on = self.store().snapshot()?.on_branch(branch)?;
        Ok(on.iter().any(|other| other.id != id && !other.status.is_terminal()))
    }
}

//! Records a landing, and cleans up after it.

use super::LandedSession;
use super::plan::LandPlan;
use super::request::AfterLanding;
use crate::model::{Guard, Landed, SessionStatus};
use crate::ops::cleanup::{Branches, Cleanup, Leftover};
use crate::ops::common::{Engine, OpsError, StatusChange, lodging};
use crate::store::{Key, StoreError};

impl Engine {
    pub(super) fn record_landing(
        &self,
        key: &Key,
        plan: &LandPlan,
        landed: Landed,
        after: AfterLanding,
        was_merged: bool,
    ) -> Result<LandedSession, OpsError> {
        let store = self.store();
        store.keep_heads([(plan.session.id, &plan.head)])?;
        let tip = self.repository().read_ref(&format!("refs/heads/{}", plan.branch))?;
        let has_left = lodging::has_left(store, &plan.session);
        let has_later_work = !has_left && tip.is_some_and(|tip| tip != plan.head);
        let committed = store.transaction("land", |tx| {
            let session = tx.update_with(key.clone(), Guard::Off, |session| {
                session.branch = Some(plan.branch.clone());
                session.head = Some(plan.head.clone());
                let seen = plan.session.base.as_ref();
                if let Some(base) = &mut session.base
                    && let Some(seen) = seen.filter(|_| plan.session.head == session.head)
                {
                    base.onto.clone_from(&seen.onto);
                }
                session.landed = Some(landed.clone());
                if !has_later_work {
                    session.status = SessionStatus::Merged;
                    session.status_reason = None;
                }
                Ok::<_, StoreError>(session.clone())
            })?;
            let (commit, into) = (landed.commit.short(), &landed.into);
            tx.describe(format!("{commit} in {into} ({})", landed.how));
            Ok::<_, StoreError>(session)
        })?;
        let (session, event) = (committed.value, committed.event);
        let cleans = after == AfterLanding::CleanUp && !has_later_work;
        let mut done = LandedSession {
            session,
            landed,
            was_merged,
            has_later_work,
            cleaned: None,
            stopped_agent: false,
            event,
        };
        if cleans {
            // An agent that works again by now is not disturbed, and keeps its worktree.
            let stopped = match self.waits_for_a_prompt(&done.session) {
                true => self.kill(key.clone(), &StatusChange::default()).map(|_| true),
                false => Ok(false),
            };
            done.stopped_agent = matches!(stopped, Ok(true));
            done.cleaned = match stopped {
                Ok(_) => self.clean_landed(plan).transpose(),
                Err(error) => Some(Err(error)),
            };
        }
        if cleans && let Ok(session) = store.snapshot()?.session(key.clone()) {
            done.session = session;
        }
        Ok(done)
    }

    /// Removes the worktree and the branch of a landed session. A branch on which another session
    /// works stays.
    fn clean_landed(&self, plan: &LandPlan) -> Result<Option<Leftover>, OpsError> {
        let id = plan.session.id;
        let branches = match self.is_shared(id, &plan.branch)? {
            true => Branches::Keep,
            false => Branches::Remove,
        };
        // If the base has dropped commits of this branch, they are kept like the session's own.
        let kept_head_is_enough = plan.start.is_some();
        let (only, is_part) = (Some(id), true);
        let what = Cleanup { only, is_part, kept_head_is_enough, ..Cleanup::default() };
        let what = what.branches(branches);
        Ok(self.cleanup(&what)?.leftovers.pop())
    }
}

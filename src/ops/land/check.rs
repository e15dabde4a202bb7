//! Looks at all sessions with work that is not merged yet.

use std::ops::ControlFlow;

use crate::model::{Filter, Oid, Session};
use crate::ops::common::{Engine, LandError, OpsError};
use crate::ops::search::in_order;
use crate::workspace::{Divergence, TrialMerge};

/// What landing a session would meet.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LandCheck {
    /// The session.
    pub session: Session,
    /// The branch to land in.
    pub into: String,
    /// How many commits its branch is ahead of and behind that one.
    pub divergence: Divergence,
    /// Whether it would land.
    pub outlook: LandOutlook,
}

/// Whether work would land.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LandOutlook {
    /// There are no conflicts.
    Clean,
    /// These files conflict.
    Conflicts(Vec<String>),
    /// The two have no common history, or it does not reach that far in a shallow clone.
    Unrelated,
}

impl Engine {
    /// Determines for each active session with work that is not merged whether it would land.
    /// Attributes count as [`Worktrees::try_merge`](crate::workspace::Worktrees::try_merge) says.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read, or if git is older than 2.38.
    pub fn land_check(&self) -> Result<Vec<LandCheck>, OpsError> {
        let (store, worktrees) = (self.store(), self.worktrees());
        let listed = store.snapshot()?.query(Filter::All).sessions;
        let mut found: Vec<(Session, String, Oid, Oid)> = Vec::new();
        for session in listed.into_iter().filter_map(|listed| listed.session.ok()) {
            let base = session.base.as_ref().and_then(|base| base.branch.clone());
            let (Some(branch), Some(into)) = (session.branch.clone(), base) else { continue };
            let tip = |name: &str| self.repository().read_ref(&format!("refs/heads/{name}"));
            if let (Some(head), Some(base)) = (tip(&branch)?, tip(&into)?) {
                found.push((session, into, head, base));
            }
        }
        let pairs: Vec<_> =
            found.iter().map(|(_, _, head, base)| (head.clone(), base.clone())).collect();
        let divergences = worktrees.divergences(&pairs)?;
        let ahead = |(session, divergence): (_, Option<Divergence>)| {
            Some((session, divergence.filter(|it| it.ahead > 0)?))
        };
        let found: Vec<_> = found.into_iter().zip(divergences).filter_map(ahead).collect();
        let mut outlooks = Vec::new();
        let look = |((_, _, head, base), _): &((_, _, Oid, Oid), _)| self.outlook(head, base);
        in_order(&found, look, |outlook| {
            let is_error = outlook.is_err();
            outlooks.push(outlook);
            if is_error { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let mut checks = Vec::new();
        for (((session, into, ..), divergence), outlook) in found.into_iter().zip(outlooks) {
            if let Some(outlook) = outlook? {
                checks.push(LandCheck { session, into, divergence, outlook });
            }
        }
        Ok(checks)
    }

    /// Determines whether work would land; None if its base has it already.
    fn outlook(&self, head: &Oid, base: &Oid) -> Result<Option<LandOutlook>, OpsError> {
        let worktrees = self.worktrees();
        if worktrees.merged_at(head, base)?.is_some() {
            return Ok(None);
        }
        if worktrees.is_cut_off(head, base)? {
            return Ok(Some(LandOutlook::Unrelated));
        }
        Ok(Some(match worktrees.try_merge(base, head) {
            Ok(TrialMerge::Clean(_)) => LandOutlook::Clean,
            Ok(TrialMerge::Conflicts(files)) => LandOutlook::Conflicts(files),
            Err(_) if self.is_git_too_old()? => return Err(LandError::OldGit.into()),
            Err(_) => LandOutlook::Unrelated,
        }))
    }

    /// Returns true if git cannot merge without a worktree.
    fn is_git_too_old(&self) -> Result<bool, OpsError> {
        let words = self.repository().git("version").run()?.text();
        let number = words.split_whitespace().nth(2).unwrap_or_default();
        let mut parts = number.split('.').map_while(|part| part.parse::<u32>().ok());
        Ok((parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (2, 38))
    }
}

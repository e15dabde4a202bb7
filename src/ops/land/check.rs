//! Looks at all sessions with work that is not merged yet.

use std::ops::ControlFlow;

use super::request::LandRequest;
use crate::model::{ErrorKind, Filter, Oid, Session, error_chain};
use crate::ops::common::{Checks, Engine, LandError, OpsError, base_tip};
use crate::ops::search::in_order;
use crate::store::Key;
use crate::workspace::Divergence;

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
    /// It is refused for this reason, for example because the agent is at work.
    Refused(String),
    /// The two have no common history, or it does not reach that far in a shallow clone.
    Unrelated,
}

impl Engine {
    /// Determines for each active session with work that is not merged whether it would land, as
    /// [`land_plan`](Self::land_plan) does, by a merge.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read, or if git is older than 2.38.
    pub fn land_check(&self) -> Result<Vec<LandCheck>, OpsError> {
        let (store, worktrees) = (self.store(), self.worktrees());
        let listed = store.snapshot()?.query(Filter::All).sessions;
        let mut found: Vec<(Key, Session, String, Oid, Oid)> = Vec::new();
        for listed in listed {
            let key = Key::from(&listed.location);
            let Ok(session) = listed.session else { continue };
            let Some(branch) = session.branch.clone() else { continue };
            let tip = |name: &str| self.repository().read_ref(&format!("refs/heads/{name}"));
            let (into, base) = match self.land_target(&session, &LandRequest::default()) {
                Ok(into) => (into.clone(), tip(&into)?),
                // It is refused, but there is work.
                Err(OpsError::Land(LandError::BaseGone { name, .. })) => {
                    (name, base_tip(store, &session)?)
                }
                Err(OpsError::Land(LandError::NoBase(_))) => continue,
                Err(error) => return Err(error),
            };
            if let (Some(head), Some(base)) = (tip(&branch)?, base) {
                found.push((key, session, into, head, base));
            }
        }
        let pairs: Vec<_> =
            found.iter().map(|(_, _, _, head, base)| (head.clone(), base.clone())).collect();
        let divergences = worktrees.divergences(&pairs)?;
        let ahead = |(session, divergence): (_, Option<Divergence>)| {
            Some((session, divergence.filter(|it| it.ahead > 0)?))
        };
        let found: Vec<_> = found.into_iter().zip(divergences).filter_map(ahead).collect();
        let mut outlooks = Vec::new();
        if !found.is_empty() && self.is_git_too_old()? {
            return Err(LandError::OldGit.into());
        }
        let look = |((key, session, ..), _): &((Key, Session, _, _, _), _)| {
            self.outlook(key.clone(), session)
        };
        in_order(&found, look, |outlook| {
            let is_error = outlook.is_err();
            outlooks.push(outlook);
            if is_error { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let mut checks = Vec::new();
        for (((_, session, into, ..), divergence), outlook) in found.into_iter().zip(outlooks) {
            if let Some(outlook) = outlook? {
                checks.push(LandCheck { session, into, divergence, outlook });
            }
        }
        Ok(checks)
    }

    /// Determines whether work would land; None if its base has it already.
    fn outlook(&self, key: Key, session: &Session) -> Result<Option<LandOutlook>, OpsError> {
        // Conflicts are worth knowing also while the agent is at work.
        let request = LandRequest::default().checks(Checks::Skip);
        let checked = match self.land_plan(key, &request) {
            Ok(plan) if plan.merged.is_some() => return Ok(None),
            Ok(_) => self.check_quiet(session),
            Err(error) => Err(error),
        };
        Ok(Some(match checked {
            Ok(()) => LandOutlook::Clean,
            Err(OpsError::Land(LandError::Conflicts { files, .. })) => {
                LandOutlook::Conflicts(files)
            }
            Err(OpsError::Land(LandError::Shallow { .. } | LandError::Unrelated { .. })) => {
                LandOutlook::Unrelated
            }
            Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::NotFound) => {
                LandOutlook::Refused(error_chain(&error))
            }
            Err(error) => return Err(error),
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

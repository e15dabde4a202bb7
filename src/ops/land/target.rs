//! Determines the branch to land in.

use super::request::LandRequest;
use crate::model::{Session, nearest};
use crate::ops::common::live::successor_of;
use crate::ops::common::{Engine, LandError, OpsError};

/// How many branches that were landed themselves are followed.
const GENERATIONS: usize = 16;

impl Engine {
    /// Returns the branch to land in: the requested one or the session's base branch. If that is
    /// gone, its new name counts, and for the branch of another session where that was landed.
    pub(super) fn land_target(
        &self,
        session: &Session,
        request: &LandRequest,
    ) -> Result<String, OpsError> {
        if let Some(named) = &request.into {
            let name = match named.strip_prefix("refs/heads/") {
                Some(name) if !self.is_branch(named)? => name,
                _ => named,
            };
            return match self.is_branch(name)? {
                true => Ok(name.to_owned()),
                false => Err(self.no_branch(name, session)?.into()),
            };
        }
        let base = session.base.as_ref().and_then(|base| base.branch.clone());
        let base = base.ok_or(LandError::NoBase(session.id))?;
        if self.is_branch(&base)? {
            return Ok(base);
        }
        let mut name = base.clone();
        let snapshot = self.store().snapshot()?;
        let mut parent = session.fork.as_ref().map(|fork| fork.session);
        for _ in 0..GENERATIONS {
            if self.is_branch(&name)? {
                return Ok(name);
            }
            let renamed = self.worktrees().same_branches(&name)?.into_iter();
            let own = session.branch.as_deref();
            let mut renamed =
                renamed.filter_map(|name| Some(name.strip_prefix("refs/heads/")?.to_owned()));
            if let Some(new) = renamed.find(|name| Some(name.as_str()) != own) {
                return Ok(new);
            }
            let Some(Ok(other)) = parent.take().map(|id| snapshot.session(id)) else { break };
            let Some(landed) = other.landed.filter(|_| other.branch.as_deref() == Some(&name))
            else {
                break;
            };
            name = landed.into;
            parent = other.fork.map(|fork| fork.session);
        }
        Err(self.no_branch(&base, session)?.into())
    }

    fn is_branch(&self, name: &str) -> Result<bool, OpsError> {
        Ok(self.repository().read_ref(&format!("refs/heads/{name}"))?.is_some())
    }

    /// Returns the error for a branch that does not exist, with the one that may be meant.
    fn no_branch(&self, name: &str, session: &Session) -> Result<LandError, OpsError> {
        let git =
            self.repository().git("for-each-ref").args(["--format=%(refname)", "refs/heads/"]);
        let text = git.run()?.text();
        let names = text.lines().filter_map(|name| name.strip_prefix("refs/heads/"));
        let own = session.branch.as_deref();
        let near = nearest(name, names.filter(|name| Some(*name) != own)).map(str::to_owned);
        let near = match near {
            Some(near) => Some(near),
            None => successor_of(self.store(), session)?,
        };
        Ok(LandError::BaseGone { name: name.to_owned(), near })
    }
}

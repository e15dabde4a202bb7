//! How branches stand to those of remotes, as of the last fetch.

use super::{Divergence, WorkspaceError, Worktrees};
use crate::model::{Base, Oid};

/// A branch that lacks commits of its upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BehindUpstream {
    /// The branch.
    pub branch: String,
    /// Its upstream, such as `origin/main`.
    pub upstream: String,
    /// How many commits only the upstream has, and how many only the branch.
    pub divergence: Divergence,
    /// The last commit of the upstream.
    pub tip: Oid,
}

impl Worktrees<'_> {
    /// Returns how far a branch is behind its upstream at this commit; None if it is not, or has none.
    /// There is no network access, and without an upstream nothing but the configuration is read.
    ///
    /// # Errors
    /// Fails if the refs or the history cannot be read.
    pub fn behind_upstream(
        &self,
        branch: &str,
        at: &Oid,
    ) -> Result<Option<BehindUpstream>, WorkspaceError> {
        let Some(upstream) = self.repo.upstream(branch) else { return Ok(None) };
        let Some(tip) = self.repo.read_ref(&upstream.tracking)? else { return Ok(None) };
        let divergence = self.divergences(&[(at.clone(), tip.clone())])?.pop().flatten();
        let divergence = divergence.filter(|divergence| divergence.behind > 0);
        Ok(divergence.map(|divergence| BehindUpstream {
            branch: branch.to_owned(),
            upstream: upstream.short().to_owned(),
            divergence,
            tip,
        }))
    }

    /// Moves a starting point from a branch to its upstream, if that has more commits. One that is
    /// not the last commit of its branch was chosen by other means, and stays.
    ///
    /// # Errors
    /// Fails like [`behind_upstream`](Self::behind_upstream).
    pub fn up_to_date(&self, base: Base) -> Result<(Base, Option<BehindUpstream>), WorkspaceError> {
        let behind = match (&base.branch, &base.commit) {
            (Some(branch), Some(at))
                if self.repo.read_ref(&format!("refs/heads/{branch}"))?.as_ref() == Some(at) =>
            {
                self.behind_upstream(branch, at)?
            }
            _ => None,
        };
        let commit = behind.as_ref().map(|behind| behind.tip.clone()).or(base.commit);
        Ok((Base { commit, ..base }, behind))
    }
}

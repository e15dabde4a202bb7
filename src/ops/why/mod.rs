//! Finds the session that a commit or a line comes from.
//!
//! Evidence is tried step by step, from what was recorded when the commit was made to what only
//! looks the same, until a session is found. Times alone never count.

mod answers;
mod blame;
mod blamed;
mod error;
mod exchange;
mod line;
mod lines;
mod patches;
mod porcelain;
mod provenance;
mod records;
mod search;
mod trailers;
mod works;

pub use blame::BlameArgs;
pub use blamed::{Blame, BlameCommit, BlameLine};
pub use error::WhyError;
pub use exchange::Exchange;
pub use line::LineOrigin;
pub use provenance::{Evidence, Provenance, Strength};

pub(in crate::ops) use search::ProvenanceSearch;
pub(in crate::ops) use works::SessionWork;

use std::collections::HashMap;

use crate::model::Oid;
use crate::ops::common::{Engine, OpsError};

impl Engine {
    /// Returns the commit that a revision names.
    ///
    /// # Errors
    /// Fails if there is no such commit here.
    pub fn commit_named(&self, revision: &str) -> Result<Oid, OpsError> {
        let id = revision.parse::<Oid>().ok();
        if let Some(id) = id.filter(|id| self.repository().has_commit(id)) {
            return Ok(id);
        }
        let found = self.repository().find_commit(revision)?;
        found.ok_or_else(|| WhyError::NoCommit(revision.to_owned()).into())
    }

    /// Returns the sessions that a commit comes from, all with evidence of the same
    /// step. There are none if no session is known.
    ///
    /// # Errors
    /// Fails if the commit is not here, or if git or the store cannot be read.
    pub fn why(&self, commit: &Oid) -> Result<Vec<Provenance>, OpsError> {
        let facts = self.repository().commit_facts(commit);
        facts.ok_or_else(|| WhyError::NoCommit(commit.to_string()))?;
        Ok(self.why_each([commit])?.remove(commit).unwrap_or_default())
    }

    /// Does the same as [`why`](Self::why) for many commits at once. Commits that are not here or
    /// have no known session are left out.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read.
    pub fn why_each<'o>(
        &self,
        commits: impl IntoIterator<Item = &'o Oid>,
    ) -> Result<HashMap<Oid, Vec<Provenance>>, OpsError> {
        let facts = |commit: &Oid| Some((commit.clone(), self.repository().commit_facts(commit)?));
        let asked = commits.into_iter().filter_map(facts).collect();
        let mut search = ProvenanceSearch::new(self)?;
        let mut answers = search.of_all(asked)?;
        search.complete(answers.values_mut().flatten())?;
        Ok(answers)
    }

    /// Returns the sessions with a pull request of this number.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn why_pull_request(&self, number: u64) -> Result<Vec<Provenance>, OpsError> {
        let search = ProvenanceSearch::new(self)?;
        let sessions = search.sessions().iter();
        let its = sessions.filter(|session| session.pull_request == Some(number));
        let its = its.map(|session| Provenance::new(session.id(), Evidence::PullRequest));
        let mut found: Vec<_> = its.collect();
        search.complete(&mut found)?;
        Ok(found)
    }
}

//! Finds the sessions on a branch.

use std::time::Instant;

use memchr::memmem;

use super::walk::Scope;
use super::{Entry, Snapshot};
use crate::git::gix_id;
use crate::model::Session;
use crate::store::{Shelf, StoreError};

/// The number of records to search between two looks at the clock.
const STRIDE: usize = 64;

/// The active sessions on a branch, as far as they were searched for.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct OnBranch {
    /// The sessions that were found.
    pub sessions: Vec<Session>,
    /// False if the time was up before all records were searched.
    pub is_complete: bool,
}

impl Snapshot<'_> {
    /// Finds the active sessions on a branch whose name contains their short id, such as
    /// `ao/7b6d11f9-fix`. The cost does not depend on the number of sessions.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn named_by_branch(&self, branch: &str) -> Result<Vec<Session>, StoreError> {
        let mut found = OnBranch::default();
        for id in short_ids(branch) {
            for entry in self.find_prefix(Shelf::Active, id, None)? {
                self.take(&entry, branch, &mut found);
            }
        }
        Ok(found.sessions)
    }

    /// Finds the active sessions on a branch. Those whose short id is in the branch's name are
    /// always found; the others are searched for in all records until the deadline `until`.
    /// Unreadable records are skipped.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn on_branch(&self, branch: &str, until: Option<Instant>) -> Result<OnBranch, StoreError> {
        let sessions = self.named_by_branch(branch)?;
        let mut found = OnBranch { sessions, is_complete: false };
        found.is_complete = self.scan(branch, until, &mut found)?;
        Ok(found)
    }

    fn scan(
        &self,
        branch: &str,
        until: Option<Instant>,
        found: &mut OnBranch,
    ) -> Result<bool, StoreError> {
        let repo = self.store.repository();
        let needle = plain_part(branch).as_bytes();
        for (count, item) in self.walk(Scope::all(Shelf::Active)).enumerate() {
            if count % STRIDE == STRIDE - 1 && until.is_some_and(|until| Instant::now() >= until) {
                return Ok(false);
            }
            let Some(entry) = self.record(item)? else { continue };
            let bytes = repo.read_blob(gix_id(&entry.blob)).unwrap_or_default();
            if memmem::find(&bytes, needle).is_some() {
                self.take(&entry, branch, found);
            }
        }
        Ok(true)
    }

    fn take(&self, entry: &Entry, branch: &str, found: &mut OnBranch) {
        let location = &entry.location;
        let is_known = |s: &Session| s.id == location.id && s.project_id == location.project;
        if found.sessions.iter().any(is_known) {
            return;
        }
        let session = self.load(entry).ok();
        found.sessions.extend(session.filter(|s| s.branch.as_deref() == Some(branch)));
    }
}

/// Returns the possible short ids in a branch name: eight hex digits at the start of a component,
/// as in the branches that git-ao makes.
fn short_ids(branch: &str) -> impl Iterator<Item = &str> {
    let hex = |text: &&str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    branch.split('/').filter_map(|part| part.get(..8)).filter(hex)
}

/// Returns the longest part of a name that YAML always writes verbatim.
fn plain_part(branch: &str) -> &str {
    let special = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
    branch.split(special).max_by_key(|part| part.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_branches() {
        let ids = |branch| short_ids(branch).collect::<Vec<_>>();
        assert_eq!(ids("ao/7b6d11f9-fix-it"), ["7b6d11f9"]);
        assert_eq!(ids("team/ao/7b6d11f9"), ["7b6d11f9"]);
        assert_eq!(ids("main"), [""; 0]);
        assert_eq!(ids("größe77/7b6d11F9"), [""; 0]);
    }

    #[test]
    fn the_part_of_a_name_that_is_looked_for() {
        assert_eq!(plain_part("quo\"te/it's-here"), "s-here");
        assert_eq!(plain_part("\u{3000}"), "");
    }
}

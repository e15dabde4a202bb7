//! Finds the sessions on a branch.

use memchr::memmem;

use super::{Entry, Snapshot};
use crate::git::gix_id;
use crate::model::{Field, Filter, Session};
use crate::store::{Shelf, StoreError};

impl Snapshot<'_> {
    /// Finds the active sessions on a branch whose name contains their short id, such as
    /// `ao/7b6d11f9-fix`. The cost does not depend on the number of sessions.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn named_by_branch(&self, branch: &str) -> Result<Vec<Session>, StoreError> {
        let mut found = Vec::new();
        for id in short_ids(branch) {
            for entry in self.find_prefix(Shelf::Active, id, None)? {
                found.extend(self.load_if_on(&entry, branch));
            }
        }
        let mut seen = Vec::new();
        found.retain(|session: &Session| {
            let owner = (session.project_id.clone(), session.id);
            let is_new = !seen.contains(&owner);
            seen.push(owner);
            is_new
        });
        Ok(found)
    }

    /// Finds the active sessions on a branch. Unreadable records are skipped.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn on_branch(&self, branch: &str) -> Result<Vec<Session>, StoreError> {
        let repo = self.store.repository();
        let needle = plain_part(branch).as_bytes();
        let mut found = Vec::new();
        for entry in
            self.candidates(Shelf::Active, &Filter::Is(Field::Branch, branch.to_owned()))?
        {
            // Without an index these are all records, and decoding takes longer than searching.
            let bytes = repo.read_blob(gix_id(&entry.blob)).unwrap_or_default();
            if memmem::find(&bytes, needle).is_some() {
                found.extend(self.load_if_on(&entry, branch));
            }
        }
        Ok(found)
    }

    fn load_if_on(&self, entry: &Entry, branch: &str) -> Option<Session> {
        self.load(entry).ok().filter(|session| session.branch.as_deref() == Some(branch))
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

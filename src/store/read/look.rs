//! When to ask the file of the history.

use gix::ObjectId;

use super::Snapshot;
use super::snapshot::Saves;
use crate::git::gix_id;
use crate::store::past::{Joined, Search};

/// What to do when a walk has been long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Look {
    /// Look into the file.
    Read,
    /// Read all commits that it lacks, and write it.
    Build,
}

/// Most searches end before the first of these. Reading as many commits as the last takes as long as
/// starting git does.
pub(super) const LOOKS: [(usize, Look); 2] = [(64, Look::Read), (IN_PASSING, Look::Build)];

/// How many commits are read for somebody who did not ask for it.
pub(super) const IN_PASSING: usize = 2048;

impl Snapshot<'_> {
    /// Returns what the file says of the events in the past of this snapshot.
    pub(super) fn joined(&self, look: Look) -> Option<Joined> {
        self.store.index()?;
        self.joined_at(self.tips().map(gix_id).collect(), look)
    }

    pub(super) fn joined_at(&self, tips: Vec<ObjectId>, look: Look) -> Option<Joined> {
        let repo = self.store.repository();
        let public = gix_id(self.tip()?);
        if !repo.shallow_commits().ok()?.is_empty() {
            return None;
        }
        let search = Search { repo, public, tips };
        match look {
            Look::Read => search.known(),
            Look::Build if self.saves() == Saves::Index => search.built(),
            Look::Build => None,
        }
    }
}

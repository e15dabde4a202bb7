//! Describes where a session lives, according to its record.

use std::path::PathBuf;

use crate::model::Session;
use crate::store::{Location, Shelf, Store, StoredRecord, Visibility};
use crate::workspace::{Places, Worktrees};

/// The placements of sessions in this clone, for display and comparison only: records are not to be
/// trusted.
pub struct LocalPlacements<'s> {
    replica: Option<String>,
    places: Places<'s>,
}

impl<'s> LocalPlacements<'s> {
    /// Reads this clone's name from the store.
    pub fn of(store: &'s Store) -> Self {
        let places = Places::of(Worktrees::new(store.repository()));
        Self { replica: store.known_replica(), places }
    }

    /// Returns true if this clone has that name.
    pub fn is(&self, replica: &str) -> bool {
        self.replica.as_deref() == Some(replica)
    }

    /// Returns true if the session has a placement in this clone.
    pub fn has(&self, session: &Session) -> bool {
        session.lives_in(self.replica.as_deref())
    }

    /// Returns the path of the session's worktree in this clone.
    pub fn path(&self, session: &Session) -> Option<PathBuf> {
        let recorded = session.placement_in(self.replica.as_deref())?.workspace.as_deref()?;
        self.places.find(recorded, session.id, &session.project_id).ok()
    }

    /// Returns what [`has`](Self::has) and [`path`](Self::path) would return for a stored record.
    pub(super) fn of_stored(
        &self,
        record: &StoredRecord<'_>,
        location: &Location,
    ) -> (bool, Option<PathBuf>) {
        let placement = record.placement_in(self.replica.as_deref());
        let find = |recorded| self.places.find(recorded, location.id, &location.project).ok();
        (placement.is_some(), placement.flatten().and_then(find))
    }
}

/// Returns the suffix of the status of a session that is private or archived.
pub fn mark(location: &Location) -> &'static str {
    match (location.shelf, location.visibility) {
        (Shelf::Active, Visibility::Public) => "",
        (Shelf::Active, Visibility::Private) => " (private)",
        (Shelf::Archived, Visibility::Public) => " (archived)",
        (Shelf::Archived, Visibility::Private) => " (archived, private)",
    }
}

/// Returns where an open session lives if that is only in other clones: `on laptop-9f2c`.
///
/// `replica` is the name of this clone, if it has one.
pub fn elsewhere(session: &Session, replica: Option<&str>) -> Option<String> {
    let names: Vec<_> = session.other_placements(replica).map(|(name, _)| name).collect();
    let is_told = !session.lives_in(replica) && !names.is_empty() && !session.status.is_terminal();
    is_told.then(|| format!("on {}", names.join(", ")))
}

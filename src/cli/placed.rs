//! Where a session lives in this clone, as its record says it.

use std::path::PathBuf;

use git_ao::model::Session;
use git_ao::store::{Location, Shelf, Store, Visibility};
use git_ao::workspace;

/// The place of its workspace. A record is not to be trusted: this is for showing and comparing.
pub fn here(session: &Session, store: &Store) -> Option<PathBuf> {
    let placement = session.placements.get(&store.known_replica()?)?;
    workspace::from_record(placement.workspace.as_deref()?).ok()
}

/// What stands behind the status of a session that is not simply in the shared store.
pub fn mark(location: &Location) -> &'static str {
    match (location.shelf, location.visibility) {
        (Shelf::Active, Visibility::Public) => "",
        (Shelf::Active, Visibility::Private) => " (private)",
        (Shelf::Archived, Visibility::Public) => " (archived)",
        (Shelf::Archived, Visibility::Private) => " (archived, private)",
    }
}

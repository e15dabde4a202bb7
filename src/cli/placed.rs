//! Where a session lives in this clone, as its record says it.

use std::path::PathBuf;

use git_ao::model::Session;
use git_ao::store::Store;
use git_ao::workspace;

/// The place of its workspace. A record is not to be trusted: this is for showing and comparing.
pub fn here(session: &Session, store: &Store) -> Option<PathBuf> {
    let placement = session.placements.get(&store.known_replica()?)?;
    workspace::from_record(placement.workspace.as_deref()?).ok()
}

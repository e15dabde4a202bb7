//! Loads, checks and moves the sessions of a verb that takes several.

use super::{AgentStateError, Engine, liveness};
use crate::store::{Key, ListedSession, Shelf, Snapshot, StoreError};

/// A session that was moved to the archive or out of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MovedSession {
    /// The session.
    pub session: ListedSession,
    /// The shelf on which it was before.
    pub from: Shelf,
}

/// Reads the sessions with these keys, each once, even where its record is corrupt.
pub(in crate::ops) fn load(
    snapshot: &Snapshot<'_>,
    keys: &[Key],
) -> Result<Vec<ListedSession>, StoreError> {
    let mut found: Vec<ListedSession> = Vec::with_capacity(keys.len());
    for key in keys {
        let entry = snapshot.get(key.clone())?;
        if found.iter().all(|listed| listed.location != entry.location) {
            let session = snapshot.load(&entry);
            found.push(ListedSession { location: entry.location, session });
        }
    }
    Ok(found)
}

/// Refuses a session whose agent may still be running.
pub(in crate::ops) fn check_stopped(
    engine: &Engine,
    listed: &ListedSession,
) -> Result<(), AgentStateError> {
    let session = listed.session.as_ref().ok();
    liveness::check_stopped(engine, listed.location.id, session, &listed.display_title())
}

/// Moves each session with `act`.
pub(in crate::ops) fn move_each(
    sessions: Vec<ListedSession>,
    mut act: impl FnMut(Key) -> Result<bool, StoreError>,
) -> Result<Vec<MovedSession>, StoreError> {
    let mut moved = Vec::with_capacity(sessions.len());
    for mut session in sessions {
        let from = session.location.shelf;
        if act(Key::from(&session.location))? {
            session.location.shelf = from.other();
        }
        moved.push(MovedSession { session, from });
    }
    Ok(moved)
}

//! The sessions that a verb for several of them acts on.

use super::liveness::{Liveness, liveness_of};
use crate::model::{Recovery, SessionId};
use crate::runtime::RuntimeError;
use crate::store::{Key, ListedSession, Shelf, Snapshot, Store, StoreError};

/// The agent of a session may still be running.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotStopped {
    /// It is running: how it ends could not be recorded, and nothing could stop it.
    #[error("the agent of {} ({title}) is still running", id.short())]
    Running {
        /// The session.
        id: SessionId,
        /// Its title.
        title: String,
    },
    /// It cannot be determined whether it is running.
    #[error("cannot determine whether session {} is running", id.short())]
    Unknown {
        /// The session.
        id: SessionId,
        /// The cause.
        #[source]
        source: RuntimeError,
    },
}

impl NotStopped {
    /// Returns what the caller can do about it.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Running { .. } => Recovery::FixInput,
            Self::Unknown { .. } => Recovery::Retry,
        }
    }
}

/// A session that was moved to the archive or out of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MovedSession {
    /// The session.
    pub session: ListedSession,
    /// Where it was before.
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
    store: &Store,
    session: &ListedSession,
) -> Result<(), NotStopped> {
    let id = session.location.id;
    match liveness_of(store, id, session.session.as_ref().ok()) {
        Liveness::Gone => Ok(()),
        Liveness::Alive { .. } => Err(NotStopped::Running { id, title: session.display_title() }),
        Liveness::Unknown(source) => Err(NotStopped::Unknown { id, source }),
    }
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

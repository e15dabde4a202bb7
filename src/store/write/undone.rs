//! The results of undoing an event.

use serde::{Deserialize, Serialize};

use crate::model::{ErrorKind, Event, Oid, Recovery, Session, SessionId};
use crate::store::{Key, Location, Shelf, StoreError, Visibility};

/// What happens to a field that was changed again since the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlap {
    /// It is a conflict, and nothing is undone.
    #[default]
    Refuse,
    /// It gets the value from before the event.
    Override,
}

/// Why an event cannot be undone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// No event of this clone can be undone by default.
    #[error("nothing to undo: nobody has changed a session in this clone")]
    Nothing,
    /// The store has no such event.
    #[error("'{0}' is not an event of this store")]
    Unknown(Oid),
    /// The event merges the histories of two clones.
    #[error("event {} is a merge and cannot be undone", .0.short())]
    Merge(Oid),
    /// The event made a session public or private.
    #[error("event {} changed the visibility of session {} and cannot be undone", event.short(), id.short())]
    Visibility {
        /// The event.
        event: Oid,
        /// The session.
        id: SessionId,
        /// The visibility that undoes the change; None if the session no longer exists.
        to: Option<Visibility>,
    },
    /// Fields of the event were changed again since.
    #[error("fields that event {} changed were changed again since", event.short())]
    Conflicts {
        /// The event.
        event: Oid,
        /// The sessions and their fields; `*` is the whole record.
        fields: Vec<(SessionId, String)>,
    },
    /// The last public and the last private event have the same second, so the last one is not
    /// known.
    #[error("the last public change and the last private one were made in the same second")]
    SameSecond(Box<[Event; 2]>),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UndoError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Nothing | Self::Unknown(_) => ErrorKind::NotFound,
            Self::Merge(_) | Self::Visibility { .. } => ErrorKind::Refused,
            Self::Conflicts { .. } => ErrorKind::Conflict,
            Self::SameSecond(_) => ErrorKind::Ambiguous,
            Self::Store(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// The effect of an undo on one record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Undone {
    /// The session.
    pub key: Key,
    /// The present record; None if there is none.
    pub before: Option<Version>,
    /// The record after the undo; None if there is none.
    pub after: Option<Version>,
}

impl Undone {
    /// Returns what happens to the session, in one word: `restored`, `deleted`, `archived`,
    /// `unarchived` or `changed`.
    pub fn change(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, Some(_)) => "restored",
            (Some(_), None) => "deleted",
            (Some(before), Some(after)) if before.location.shelf != after.location.shelf => {
                match after.location.shelf {
                    Shelf::Active => "unarchived",
                    Shelf::Archived => "archived",
                }
            }
            _ => "changed",
        }
    }
}

/// A record and its location.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Version {
    /// The location.
    pub location: Location,
    /// The session; None if its record is unreadable.
    pub session: Option<Session>,
}

//! What a filter says of a session whose record was not read.

use super::{Field, Filter, Known, Moment};
use crate::model::{Project, SessionId, Shelf, Timestamp};

/// What the place of a record tells about its session.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Unread<'a> {
    /// The id.
    pub id: SessionId,
    /// The project.
    pub project: &'a Project,
    /// The part of the store that holds it.
    pub shelf: Shelf,
}

/// What is known of the status of an unread session.
#[derive(Clone, Copy)]
enum Status {
    Unknown,
    /// The record cannot be read; for filters its status is `corrupt`.
    Corrupt,
}

impl Filter {
    /// Returns false if the session does not meet the condition, whatever its record holds.
    pub fn may_match(&self, unread: Unread<'_>) -> bool {
        self.decide(&Placed { unread, status: Status::Unknown }) != Some(false)
    }

    /// Returns true if a session with a corrupt record meets the condition, whatever the record may
    /// have held. Its status is `corrupt`.
    pub fn matches_corrupt(&self, unread: Unread<'_>) -> bool {
        self.decide(&Placed { unread, status: Status::Corrupt }) == Some(true)
    }
}

/// The place of a record, and what is known of the status of its session.
struct Placed<'a> {
    unread: Unread<'a>,
    status: Status,
}

impl Placed<'_> {
    fn value(&self, field: Field) -> Option<String> {
        match (field, self.status) {
            (Field::Id, _) => Some(self.unread.id.to_string()),
            (Field::Project, _) => Some(self.unread.project.to_string()),
            (Field::Status, Status::Corrupt) => Some("corrupt".to_owned()),
            _ => None,
        }
    }
}

impl Known for Placed<'_> {
    fn is(&self, field: Field, text: &str) -> Option<bool> {
        self.value(field).map(|value| field.equals(&value, text))
    }

    fn contains(&self, field: Field, text: &str) -> Option<bool> {
        self.value(field).map(|value| value.to_lowercase().contains(text))
    }

    fn moment(&self, _: Moment) -> Option<Timestamp> {
        None
    }

    fn has_ended(&self) -> Option<bool> {
        None
    }

    fn is_forked(&self) -> Option<bool> {
        None
    }

    fn has_parent(&self) -> Option<bool> {
        None
    }

    fn is_archived(&self) -> bool {
        self.unread.shelf == Shelf::Archived
    }
}

//! What a filter says of a session whose record was not read.

use super::{Field, Filter};
use crate::model::{Project, SessionId, Shelf};

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
        self.decide(unread, Status::Unknown) != Some(false)
    }

    /// Returns true if a session with a corrupt record meets the condition, whatever the record may
    /// have held. Its status is `corrupt`.
    pub fn matches_corrupt(&self, unread: Unread<'_>) -> bool {
        self.decide(unread, Status::Corrupt) == Some(true)
    }

    /// Returns whether the session meets the condition, or None if that depends on its record.
    fn decide(&self, unread: Unread<'_>, status: Status) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Archived => Some(unread.shelf == Shelf::Archived),
            Self::Is(field, text) => {
                known(*field, unread, status).map(|value| field.equals(&value, text))
            }
            Self::Contains(field, text) => {
                let text = text.to_lowercase();
                known(*field, unread, status).map(|value| value.to_lowercase().contains(&text))
            }
            Self::Not(filter) => filter.decide(unread, status).map(|matches| !matches),
            Self::And(list) => combine(list.iter().map(|it| it.decide(unread, status)), false),
            Self::Or(list) => combine(list.iter().map(|it| it.decide(unread, status)), true),
            Self::Before(..) | Self::After(..) | Self::Ended | Self::Forked | Self::HasParent => {
                None
            }
        }
    }
}

fn known(field: Field, unread: Unread<'_>, status: Status) -> Option<String> {
    match (field, status) {
        (Field::Id, _) => Some(unread.id.to_string()),
        (Field::Project, _) => Some(unread.project.to_string()),
        (Field::Status, Status::Corrupt) => Some("corrupt".to_owned()),
        _ => None,
    }
}

/// Combines conditions of which one with the value `decisive` decides.
fn combine(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut combined = Some(!decisive);
    for part in parts {
        match part {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => combined = None,
        }
    }
    combined
}

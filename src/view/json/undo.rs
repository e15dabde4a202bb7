use serde::{Deserialize, Serialize};

use super::{EventJson, SessionJson};
use crate::model::{Project, SessionId};
use crate::ops::Undoing;
use crate::store::{Undone, Version};
use crate::view::LocalPlacements;

/// What `undo --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UndoJson {
    /// The version of the format.
    pub version: u64,
    /// The undo.
    pub undo: UndoneJson,
}

/// An undo of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UndoneJson {
    /// The undone event.
    pub event: EventJson,
    /// The event of the same change on the other ref, if there is one.
    pub other_event: Option<EventJson>,
    /// True if nothing was changed.
    pub dry_run: bool,
    /// The sessions whose records change.
    pub sessions: Vec<UndoneSessionJson>,
    /// The effects of the event outside the store, which are left as they are.
    pub left: Vec<LeftJson>,
}

/// The effect of an undo on one session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UndoneSessionJson {
    /// The session.
    pub id: SessionId,
    /// The project.
    pub project_id: Option<Project>,
    /// `restored`, `deleted`, `archived`, `unarchived` or `changed`.
    pub change: String,
    /// The session before the undo; null if there was none, or if its record is unreadable.
    pub before: Option<SessionJson>,
    /// The session after the undo; null if there is none, or if its record cannot be read.
    pub after: Option<SessionJson>,
}

/// An effect of an event outside the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeftJson {
    /// The effect.
    pub what: String,
    /// The command that reverses it.
    pub command: String,
}

impl UndoneJson {
    /// Describes an undo that was made.
    pub fn new(done: &Undoing, left: Vec<LeftJson>, here: &LocalPlacements<'_>) -> Self {
        let session = |record| UndoneSessionJson::new(record, here);
        Self {
            event: (&done.event).into(),
            other_event: done.other.as_ref().map(EventJson::from),
            dry_run: false,
            sessions: done.records.iter().map(session).collect(),
            left,
        }
    }

    /// Describes an undo that would be made.
    pub fn planned(plan: &Undoing, here: &LocalPlacements<'_>) -> Self {
        Self { dry_run: true, ..Self::new(plan, Vec::new(), here) }
    }
}

impl UndoneSessionJson {
    fn new(record: &Undone, here: &LocalPlacements<'_>) -> Self {
        let session = |version: &Option<Version>| {
            let Version { location, session } = version.as_ref()?;
            Some(SessionJson::new(session.as_ref()?, location, here))
        };
        let version = record.after.as_ref().or(record.before.as_ref());
        Self {
            id: record.key.id,
            project_id: version.map(|version| version.location.project.clone()),
            change: record.change().to_owned(),
            before: session(&record.before),
            after: session(&record.after),
        }
    }
}

impl LeftJson {
    /// Describes an effect outside the store.
    pub fn new(what: impl Into<String>, command: impl Into<String>) -> Self {
        Self { what: what.into(), command: command.into() }
    }
}

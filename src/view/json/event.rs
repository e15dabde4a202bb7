use serde::{Deserialize, Serialize};

use crate::model::{Event, FieldChange, Oid, Origin, SessionId, Timestamp};

/// What `log --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventsJson {
    /// The version of the format.
    pub version: u64,
    /// The events.
    pub events: Vec<EventJson>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventJson {
    /// The commit.
    pub id: Oid,
    /// The parents of the commit.
    pub parents: Vec<Oid>,
    /// Who made the change.
    pub author: AuthorJson,
    /// The time of the change, in whole seconds.
    pub date: Timestamp,
    /// The operation.
    pub op: String,
    /// One line of description.
    pub subject: String,
    /// The sessions touched.
    pub sessions: Vec<SessionId>,
    /// The clone in which the event was made.
    pub replica: Option<String>,
    /// True if git-ao recorded it by itself.
    pub automatic: bool,
    /// The conflicts of a merge.
    pub conflicts: Vec<ConflictJson>,
    /// The changes of the records; only `log --patch` has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<RecordChangeJson>>,
}

/// The author of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthorJson {
    /// The name; bytes that are not UTF-8 are replaced.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A field that lost a value in a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConflictJson {
    /// The session.
    pub session: SessionId,
    /// The field; `*` is the whole record.
    pub field: String,
}

/// The change of one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordChangeJson {
    /// The session.
    pub session: SessionId,
    /// `created`, `changed`, `archived`, `unarchived`, `deleted` or `missing`.
    pub what: String,
    /// The fields that differ, if both records can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<FieldChange>>,
    /// The lines of both records, if one of them cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<LinesJson>,
}

/// The lines of a record before and after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinesJson {
    /// The lines before.
    pub before: Vec<String>,
    /// The lines after.
    pub after: Vec<String>,
}

impl From<&Event> for EventJson {
    fn from(event: &Event) -> Self {
        let message = &event.message;
        let conflict = |(session, field): &(SessionId, String)| ConflictJson {
            session: *session,
            field: field.clone(),
        };
        let author = &event.author;
        Self {
            id: event.id.clone(),
            parents: event.parents.clone(),
            author: AuthorJson { name: author.name.clone(), email: author.email.clone() },
            date: event.time,
            op: message.op.clone(),
            subject: message.subject.clone(),
            sessions: message.sessions.clone(),
            replica: message.replica.clone(),
            automatic: message.origin == Origin::Automatic,
            conflicts: message.conflicts.iter().map(conflict).collect(),
            changes: None,
        }
    }
}

impl RecordChangeJson {
    /// Describes a change of a record if both versions are readable.
    pub fn fields(session: SessionId, what: &str, fields: Vec<FieldChange>) -> Self {
        Self { session, what: what.to_owned(), fields: Some(fields), lines: None }
    }

    /// Describes a change of a record if one version is unreadable.
    pub fn lines(session: SessionId, what: &str, before: Vec<String>, after: Vec<String>) -> Self {
        let lines = Some(LinesJson { before, after });
        Self { session, what: what.to_owned(), fields: None, lines }
    }
}

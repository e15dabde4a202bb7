use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde::{Deserialize as DeriveDeserialize, Serialize as DeriveSerialize};

use super::{LiveJson, VERSION};
use crate::model::{Map, Project, Session, SessionId, Value, untitled};
use crate::store::{
    ListedRecord, ListedSession, Location, RecordProblem, Shelf, StoredRecord, Visibility,
};
use crate::view::{LocalPlacements, StatusRow};

/// What `list --json` and `status --json` print.
#[derive(Debug, Clone, PartialEq, DeriveSerialize, DeriveDeserialize)]
#[non_exhaustive]
pub struct SessionsJson {
    /// The version of the format.
    pub version: u64,
    /// The sessions.
    pub sessions: Vec<EntryJson>,
    /// The number of ended sessions that `status` left out; `list` has no such number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<usize>,
}

/// What `show --json` prints.
#[derive(Debug, Clone, PartialEq, DeriveSerialize, DeriveDeserialize)]
#[non_exhaustive]
pub struct ShownJson {
    /// The version of the format.
    pub version: u64,
    /// The session.
    pub session: EntryJson,
}

/// A session, or a record that cannot be read.
#[derive(Debug, Clone, PartialEq, DeriveSerialize, DeriveDeserialize)]
#[serde(untagged)]
pub enum EntryJson {
    /// A session.
    Session(Box<SessionJson>),
    /// A record that cannot be read.
    Corrupt(CorruptJson),
}

/// A session: the keys of its record, and facts that are not in the record. They replace keys of
/// the same name that a newer version may have written into the record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SessionJson {
    /// The session.
    pub session: Session,
    /// True if the session is archived.
    pub archived: bool,
    /// Who can see the session.
    pub visibility: Visibility,
    /// True if the session has a placement in this clone.
    pub here: bool,
    /// The path of its worktree in this clone.
    pub workspace_path: Option<String>,
    /// The first digits of the id, which people see.
    pub short_id: String,
    /// The title, or what stands for it.
    pub display_title: String,
    /// The present state of its agent, worktree and branch; only `status` has it.
    pub live: Option<LiveJson>,
}

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, DeriveSerialize, DeriveDeserialize)]
#[non_exhaustive]
pub struct CorruptJson {
    /// The session.
    pub id: SessionId,
    /// The project.
    pub project_id: Project,
    /// True if the record is archived.
    pub archived: bool,
    /// Who can see the record.
    pub visibility: Visibility,
    /// The first digits of the id, which people see.
    pub short_id: String,
    /// The reason.
    pub corrupt: String,
}

impl SessionsJson {
    /// Describes sessions as `list` does.
    pub fn list(sessions: &[ListedSession], here: &LocalPlacements<'_>) -> Self {
        let sessions = sessions.iter().map(|listed| EntryJson::listed(listed, here)).collect();
        Self { version: VERSION, sessions, hidden: None }
    }
}

impl EntryJson {
    /// Describes a listed session.
    pub fn listed(listed: &ListedSession, here: &LocalPlacements<'_>) -> Self {
        Self::of(listed.clone(), here)
    }

    /// Describes a listed session that is not needed otherwise.
    pub fn of(listed: ListedSession, here: &LocalPlacements<'_>) -> Self {
        match listed.session {
            Ok(session) => SessionJson::of(session, &listed.location, here).into(),
            Err(problem) => CorruptJson::new(&listed.location, &problem).into(),
        }
    }

    /// Appends a listed record on one line, as [`text`](super::text) formats it.
    pub fn append(text: &mut String, record: ListedRecord<'_>, here: &LocalPlacements<'_>) {
        match record.stored().filter(|stored| !stored.has_unknown_keys()) {
            Some(stored) => append_stored(text, stored, &record.location, here),
            None => {
                let entry = super::text(&Self::of(record.listed(), here));
                text.push_str(&entry.expect("a session can be written as JSON"));
            }
        }
    }

    /// Describes a row of the status.
    pub fn status(row: &StatusRow, here: &LocalPlacements<'_>) -> Self {
        match &row.session {
            Ok((session, live)) => {
                let standing = Some(live.standing(session).as_str().to_owned());
                let live = Some(LiveJson { standing, ..live.into() });
                SessionJson { live, ..SessionJson::new(session, &row.location, here) }.into()
            }
            Err(problem) => CorruptJson::new(&row.location, problem).into(),
        }
    }
}

impl SessionJson {
    /// Describes a session.
    pub fn new(session: &Session, location: &Location, here: &LocalPlacements<'_>) -> Self {
        Self::of(session.clone(), location, here)
    }

    fn of(session: Session, location: &Location, here: &LocalPlacements<'_>) -> Self {
        let path = here.path(&session);
        Self {
            archived: location.shelf == Shelf::Archived,
            visibility: location.visibility,
            here: here.has(&session),
            workspace_path: path.map(|path| path.to_string_lossy().into_owned()),
            short_id: session.id.short(),
            display_title: session.display_title(),
            live: None,
            session,
        }
    }
}

impl CorruptJson {
    /// Describes a record that cannot be read.
    pub fn new(location: &Location, problem: &RecordProblem) -> Self {
        Self {
            id: location.id,
            project_id: location.project.clone(),
            archived: location.shelf == Shelf::Archived,
            visibility: location.visibility,
            short_id: location.id.short(),
            corrupt: problem.to_string(),
        }
    }
}

impl From<SessionJson> for EntryJson {
    fn from(session: SessionJson) -> Self {
        Self::Session(Box::new(session))
    }
}

impl From<CorruptJson> for EntryJson {
    fn from(record: CorruptJson) -> Self {
        Self::Corrupt(record)
    }
}

/// The keys that follow those of the record.
const FACTS: [&str; 6] =
    ["archived", "visibility", "here", "workspace_path", "short_id", "display_title"];
const LIVE: &str = "live";

impl Serialize for SessionJson {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        self.session.serialize_record(&mut map, |key| {
            FACTS.contains(&key) || key == LIVE && self.live.is_some()
        })?;
        map.serialize_entry(FACTS[0], &self.archived)?;
        map.serialize_entry(FACTS[1], &self.visibility)?;
        map.serialize_entry(FACTS[2], &self.here)?;
        map.serialize_entry(FACTS[3], &self.workspace_path)?;
        map.serialize_entry(FACTS[4], &self.short_id)?;
        map.serialize_entry(FACTS[5], &self.display_title)?;
        if let Some(live) = &self.live {
            map.serialize_entry(LIVE, live)?;
        }
        map.end()
    }
}

/// Appends a session whose record is known as JSON.
fn append_stored(
    text: &mut String,
    record: &StoredRecord<'_>,
    location: &Location,
    here: &LocalPlacements<'_>,
) {
    let (is_here, path) = here.of_stored(record, location);
    let path = path.map(|path| json(&path.to_string_lossy()));
    let untitled = || json(&untitled(location.id)).into();
    let title = record.title().map_or_else(untitled, Cow::Borrowed);
    let facts: [&[&str]; 6] = [
        &[if location.shelf == Shelf::Archived { "true" } else { "false" }],
        &["\"", location.visibility.name(), "\""],
        &[if is_here { "true" } else { "false" }],
        &[path.as_deref().unwrap_or("null")],
        &["\"", &location.id.short(), "\""],
        &[&title],
    ];
    let start = text.len();
    let record = record.json();
    text.reserve(record.len() + title.len() + 160);
    text.push_str(record.strip_suffix('}').unwrap_or(record));
    for (key, fact) in FACTS.iter().zip(facts) {
        [",\"", key, "\":"].iter().chain(fact).for_each(|part| text.push_str(part));
    }
    text.push('}');
    if !super::text::is_safe(&text[start..]) {
        let safe = super::text::escaped(text.split_off(start));
        text.push_str(&safe);
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<'de> Deserialize<'de> for SessionJson {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(DeriveDeserialize)]
        struct Flat {
            archived: bool,
            visibility: Visibility,
            here: bool,
            workspace_path: Option<String>,
            short_id: String,
            display_title: String,
            live: Option<LiveOrField>,
            #[serde(flatten)]
            record: Map,
        }

        /// A record may have a field `live` of its own.
        #[derive(DeriveDeserialize)]
        #[serde(untagged)]
        enum LiveOrField {
            Live(Box<LiveJson>),
            Field(Value),
        }

        let mut flat = Flat::deserialize(from)?;
        let live = match flat.live {
            Some(LiveOrField::Live(live)) => Some(*live),
            Some(LiveOrField::Field(value)) => {
                flat.record.insert(LIVE, value);
                None
            }
            None => None,
        };
        let project = flat.record.get("project_id").and_then(Value::as_str);
        let project = project.ok_or_else(|| D::Error::missing_field("project_id"))?;
        let project: Project = project.parse().map_err(D::Error::custom)?;
        Ok(Self {
            session: Session::from_record(flat.record, &project).map_err(D::Error::custom)?,
            archived: flat.archived,
            visibility: flat.visibility,
            here: flat.here,
            workspace_path: flat.workspace_path,
            short_id: flat.short_id,
            display_title: flat.display_title,
            live,
        })
    }
}

#[cfg(test)]
mod tests;

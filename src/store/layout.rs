//! The layout of the store's tree in format version 1.

use std::fmt;

use serde::{Deserialize, Serialize};

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use crate::ledger::Edit;
use crate::model::{Project, SessionId, Shelf};

/// The format version that this program reads and writes.
pub const FORMAT: u64 = 1;

/// The content of the blob `version`.
pub(super) const VERSION_BLOB: &[u8] = b"1\n";

impl Shelf {
    /// Returns the top-level folder of the tree.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Active => "sessions",
            Self::Archived => "archive",
        }
    }
}

/// Who can see a session.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody with whom the store is shared.
    #[default]
    Public,
    /// This clone alone: the session is under a ref that is never pushed, fetched or merged.
    Private,
}

impl Visibility {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    /// Returns the opposite.
    pub fn other(self) -> Self {
        match self {
            Self::Public => Self::Private,
            Self::Private => Self::Public,
        }
    }
}

/// The place of one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Active or archived.
    pub shelf: Shelf,
    /// The project.
    pub project: Project,
    /// The session.
    pub id: SessionId,
    /// The ref that holds the record.
    pub visibility: Visibility,
}

/// Returns git's pathspec for the records of an id in any project and on any shelf
/// (gitglossary(7)).
pub(crate) fn record_pathspec(id: SessionId) -> String {
    format!(":(glob)*/*/{}/{}", id.shard(), file_name(id))
}

impl Location {
    /// Returns the project and the session; two projects may use the same id.
    pub fn owner(&self) -> (Project, SessionId) {
        (self.project.clone(), self.id)
    }

    /// Returns the components of the path in the tree. They are the same under both refs.
    pub fn components(&self) -> [String; 4] {
        [
            self.shelf.folder().to_owned(),
            self.project.to_string(),
            self.id.shard(),
            file_name(self.id),
        ]
    }
}

impl From<(Location, Option<ObjectId>)> for Edit {
    /// Puts a record in its place, or removes it (None).
    fn from((location, blob): (Location, Option<ObjectId>)) -> Self {
        let path = location.components().map(Into::into).to_vec();
        Self { path, entry: blob.map(|blob| (EntryKind::Blob, blob)) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.components().join("/"))
    }
}

/// The key of a record. The id is enough unless two projects use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The session.
    pub id: SessionId,
    /// The project, if it is needed.
    pub project: Option<Project>,
}

impl From<&Self> for Key {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

impl From<SessionId> for Key {
    fn from(id: SessionId) -> Self {
        Self { id, project: None }
    }
}

impl From<&Location> for Key {
    fn from(location: &Location) -> Self {
        Self { id: location.id, project: Some(location.project.clone()) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.project {
            Some(project) => write!(f, "{project}/{}", self.id),
            None => self.id.fmt(f),
        }
    }
}

pub(super) fn file_name(id: SessionId) -> String {
    format!("{id}.yaml")
}

/// Returns the id in a file's name, or None if it is not an id that belongs in this shard.
pub(super) fn id_of_file(name: &str, shard: &str) -> Option<SessionId> {
    let id: SessionId = name.strip_suffix(".yaml")?.parse().ok()?;
    (id.shard() == shard).then_some(id)
}

/// Returns the id of the session whose record has this path, or None if no record can have it.
pub(crate) fn id_of_path(path: &str) -> Option<SessionId> {
    let (folder, name) = path.rsplit_once('/')?;
    id_of_file(name, folder.rsplit('/').next()?)
}

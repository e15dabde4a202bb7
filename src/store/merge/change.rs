use serde::{Deserialize, Serialize};

use super::super::codec;
use super::super::{Entry, Location, Shelf, Store};
use super::decide::Decision;
use crate::git::gix_id;
use crate::model::{HeldSecret, KEYS, Map, Oid, Session, Value, held_secrets};

/// A difference in one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The record before the change.
    pub before: Option<Entry>,
    /// The record after the change.
    pub after: Option<Entry>,
    /// The fields that both sides changed and that lost a value; `*` is the whole
    /// record.
    pub conflicts: Vec<String>,
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The session is new.
    New,
    /// The record changed; the session may also have moved to or from the archive.
    Changed,
    /// The session was archived, unchanged.
    Archived,
    /// The session was unarchived, unchanged.
    Unarchived,
    /// The session was deleted.
    Deleted,
}

impl Change {
    pub(super) fn new(decision: &Decision) -> Option<Self> {
        let (before, after) = (decision.ours.clone(), decision.result.clone());
        let conflicts = decision.conflicts.clone();
        (before != after || !conflicts.is_empty()).then_some(Self { before, after, conflicts })
    }

    /// Returns the location of the record after the change, or before it if it was deleted.
    pub fn location(&self) -> &Location {
        let entry = self.after.as_ref().or(self.before.as_ref());
        &entry.expect("a change has a record before or after it").location
    }

    /// Returns the kind of the change.
    pub fn kind(&self) -> ChangeKind {
        match (&self.before, &self.after) {
            (None, _) => ChangeKind::New,
            (_, None) => ChangeKind::Deleted,
            (Some(before), Some(after)) if before.blob != after.blob => ChangeKind::Changed,
            (_, Some(after)) if after.location.shelf == Shelf::Archived => ChangeKind::Archived,
            _ => ChangeKind::Unarchived,
        }
    }
}

impl Store {
    /// Returns the session after the change, or None if it was deleted or its record is unreadable.
    pub fn changed_session(&self, change: &Change) -> Option<Session> {
        let entry = change.after.as_ref().or(change.before.as_ref())?;
        let bytes = self.entry_bytes(entry)?;
        codec::decode(&bytes, entry.location.id, &entry.location.project).ok()
    }

    /// Returns the changed fields, in the order of a record. Returns nothing if one of the records
    /// is unreadable.
    pub fn changed_fields(&self, change: &Change) -> Vec<String> {
        let read = |entry: &Option<Entry>| match entry {
            Some(entry) => self.entry_bytes(entry).and_then(|bytes| codec::parse(&bytes).ok()),
            None => Some(Map::new()),
        };
        let (Some(before), Some(after)) = (read(&change.before), read(&change.after)) else {
            return Vec::new();
        };
        let known = KEYS.map(Value::from);
        let mut keys: Vec<&Value> = known.iter().collect();
        for (key, _) in before.iter().chain(after.iter()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let changed = keys.into_iter().filter(|key| value(&before, key) != value(&after, key));
        changed.map(Value::label).collect()
    }

    /// Returns possible secrets in the record before the change.
    pub fn secrets_before(&self, change: &Change) -> Vec<HeldSecret> {
        let bytes = change.before.as_ref().and_then(|entry| self.entry_bytes(entry));
        bytes.map(|bytes| secrets_of(&bytes)).unwrap_or_default()
    }

    /// Returns possible secrets in a record. Returns nothing if the blob is unreadable.
    pub fn secrets_in(&self, blob: &Oid) -> Vec<HeldSecret> {
        let bytes = self.repository().read_blob(gix_id(blob));
        bytes.map(|bytes| secrets_of(&bytes)).unwrap_or_default()
    }

    fn entry_bytes(&self, entry: &Entry) -> Option<Vec<u8>> {
        self.repository().read_blob(gix_id(&entry.blob)).ok()
    }
}

fn value<'m>(map: &'m Map, key: &Value) -> Option<&'m Value> {
    map.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
}

fn secrets_of(record: &[u8]) -> Vec<HeldSecret> {
    codec::parse(record).map(|record| held_secrets(&record)).unwrap_or_default()
}

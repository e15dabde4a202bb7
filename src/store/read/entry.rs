use crate::model::Oid;
use crate::store::{Key, Location};

/// A record's place in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies.
    pub location: Location,
    /// The blob that holds it.
    pub blob: Oid,
}

impl From<&Entry> for Key {
    fn from(entry: &Entry) -> Self {
        Self::from(&entry.location)
    }
}

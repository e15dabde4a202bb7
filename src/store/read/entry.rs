use serde::{Deserialize, Serialize};

use crate::model::Oid;
use crate::store::{Key, Location};

/// The place of a record in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The location.
    pub location: Location,
    /// The blob that holds it.
    pub blob: Oid,
}

impl From<&Entry> for Key {
    fn from(entry: &Entry) -> Self {
        Self::from(&entry.location)
    }
}

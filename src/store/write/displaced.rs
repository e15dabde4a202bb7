use std::fmt;

use serde::{Deserialize, Serialize};

use gix::ObjectId;
use gix::bstr::BString;

/// An entry that was in the place of a record or of a folder of records, and was moved aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Displaced {
    /// Its old path. Bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Its new path.
    pub kept_at: String,
}

impl fmt::Display for Displaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kept_at } = self;
        write!(f, "'{path}' is in the way of a record, and kept as '{kept_at}'")
    }
}

impl Displaced {
    pub(in crate::store) fn new(from: &[BString], to: &[BString]) -> Self {
        let text = |path: &[BString]| {
            let names: Vec<_> = path.iter().map(ToString::to_string).collect();
            names.join("/")
        };
        Self { path: text(from), kept_at: text(to) }
    }
}

/// Returns the paths at which an entry that is in the way may be kept, best first. No project,
/// shard or record has such a name. It is derived from the entry's id, so every clone that moves
/// the entry chooses the same one.
pub(in crate::store) fn beside(
    path: &[BString],
    id: ObjectId,
) -> impl Iterator<Item = Vec<BString>> {
    let path = path.to_vec();
    (1..).map(move |marks| {
        let mut path = path.clone();
        if let Some(name) = path.last_mut() {
            *name = format!("{name}{}{id}", "~".repeat(marks)).into();
        }
        path
    })
}

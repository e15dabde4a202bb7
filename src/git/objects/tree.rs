use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::{EntryKind, EntryRef};
use gix::objs::{Tree, TreeRefIter};

/// A tree in its stored form. Lookups do not parse all of it.
#[derive(Debug, Clone)]
pub struct RawTree {
    data: Arc<[u8]>,
    hash: gix::hash::Kind,
}

impl RawTree {
    /// Returns a tree without entries.
    pub fn empty() -> Self {
        Self { data: Arc::new([]), hash: gix::hash::Kind::Sha1 }
    }

    /// Checks and wraps the bytes of a tree.
    pub fn from_bytes(data: Arc<[u8]>, hash: gix::hash::Kind) -> Result<Self, gix::Error> {
        TreeRefIter::from_bytes(&data, hash).try_for_each(|entry| entry.map(drop))?;
        Ok(Self { data, hash })
    }

    /// Returns the entries in stored order.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'_>> {
        TreeRefIter::from_bytes(&self.data, self.hash).map_while(Result::ok)
    }

    /// Returns the object of the entry with this name, if it has this kind.
    pub fn child(&self, name: &str, kind: EntryKind) -> Option<ObjectId> {
        let found = self.entries().find(|entry| entry.filename == name)?;
        (found.mode.kind() == kind).then(|| found.oid.to_owned())
    }

    /// Converts the tree to an editable one.
    pub fn to_tree(&self) -> Tree {
        Tree { entries: self.entries().map(Into::into).collect() }
    }
}

use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::{EntryKind, EntryRef};
use gix::objs::{Tree, TreeRefIter};

/// A tree as it is stored: what is looked for in it is found without taking all of it apart.
#[derive(Debug, Clone)]
pub struct RawTree {
    data: Arc<[u8]>,
    hash: gix::hash::Kind,
}

impl RawTree {
    /// A tree with nothing in it.
    pub fn empty() -> Self {
        Self { data: Arc::new([]), hash: gix::hash::Kind::Sha1 }
    }

    /// Takes a tree's bytes, if they are one.
    pub fn from_bytes(data: Arc<[u8]>, hash: gix::hash::Kind) -> Result<Self, gix::Error> {
        TreeRefIter::from_bytes(&data, hash).try_for_each(|entry| entry.map(drop))?;
        Ok(Self { data, hash })
    }

    /// The entries, in the order in which they are stored.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'_>> {
        TreeRefIter::from_bytes(&self.data, self.hash).map_while(Result::ok)
    }

    /// The entry of this name, if it is of this kind.
    pub fn child(&self, name: &str, kind: EntryKind) -> Option<ObjectId> {
        let found = self.entries().find(|entry| entry.filename == name)?;
        (found.mode.kind() == kind).then(|| found.oid.to_owned())
    }

    /// The same, to be changed.
    pub fn to_tree(&self) -> Tree {
        Tree { entries: self.entries().map(Into::into).collect() }
    }
}

//! What a snapshot shows of one ref.

use gix::objs::tree::EntryKind;

use super::snapshot::read_root;
use super::{Location, Shelf, Store, StoreError, Visibility};
use crate::git::RawTree;
use crate::model::{Oid, Timestamp};

/// The tree at one event, under one ref.
#[derive(Debug)]
pub(super) struct Half {
    pub visibility: Visibility,
    pub tip: Option<Oid>,
    /// When the tip was made.
    pub time: Timestamp,
    pub root: RawTree,
}

impl Half {
    /// At an event; at none it is empty.
    pub fn at(store: &Store, visibility: Visibility, tip: Option<Oid>) -> Result<Self, StoreError> {
        let (root, time) = match &tip {
            Some(tip) => read_root(store, tip)?,
            None => (RawTree::empty(), Timestamp::EPOCH),
        };
        Ok(Self { visibility, tip, time, root })
    }

    /// True when there is a record of this session on either shelf, whatever it is.
    pub fn holds(&self, store: &Store, location: &Location) -> Result<bool, StoreError> {
        for shelf in [Shelf::Active, Shelf::Archived] {
            let [folder, project, shard, file] =
                Location { shelf, ..location.clone() }.components();
            let mut tree = self.root.clone();
            for name in [folder, project, shard] {
                tree = match tree.child(&name, EntryKind::Tree) {
                    Some(id) => store.repository().read_tree(id)?,
                    None => RawTree::empty(),
                };
            }
            if tree.child(&file, EntryKind::Blob).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

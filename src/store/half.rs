//! What a snapshot shows of one ref.

use super::snapshot::read_root;
use super::{Store, StoreError, Visibility};
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
}

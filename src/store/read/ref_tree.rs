//! The tree at one event, under one ref.

use gix::objs::tree::EntryKind;

use crate::git::{RawTree, gix_id};
use crate::ledger::commit_time;
use crate::model::{Oid, Timestamp};
use crate::store::layout::VERSION_BLOB;
use crate::store::{FORMAT, Store, StoreError, Visibility};

/// The part of a snapshot that is under one ref.
#[derive(Debug)]
pub(in crate::store) struct RefTree {
    pub visibility: Visibility,
    pub tip: Option<Oid>,
    /// The time of the tip.
    pub time: Timestamp,
    pub root: RawTree,
}

impl RefTree {
    /// Reads the tree of an event. Without an event the tree is empty.
    pub fn at(store: &Store, visibility: Visibility, tip: Option<Oid>) -> Result<Self, StoreError> {
        let (root, time) = match &tip {
            Some(tip) => read_root(store, tip)?,
            None => (RawTree::empty(), Timestamp::EPOCH),
        };
        Ok(Self { visibility, tip, time, root })
    }
}

fn read_root(store: &Store, tip: &Oid) -> Result<(RawTree, Timestamp), StoreError> {
    let repo = store.repository();
    let commit = repo.read_commit(gix_id(tip))?;
    let (root, time) = (repo.read_tree(commit.tree)?, commit_time(&commit));
    let not_a_store = |why: &str| StoreError::NotAStore {
        name: store.ref_name().to_owned(),
        why: why.to_owned(),
    };
    let version = root
        .child("version", EntryKind::Blob)
        .ok_or_else(|| not_a_store("its tree has no 'version'"))?;
    let ours = gix::objs::compute_hash(version.kind(), gix::objs::Kind::Blob, VERSION_BLOB);
    if ours.is_ok_and(|ours| ours == version) {
        return Ok((root, time));
    }
    let text = repo.read_blob(version)?;
    let number = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok());
    match number.ok_or_else(|| not_a_store("its 'version' is not a number"))? {
        newer if newer > FORMAT => Err(StoreError::Newer(newer)),
        _ => Ok((root, time)),
    }
}

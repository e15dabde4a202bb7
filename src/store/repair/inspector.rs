use std::collections::{BTreeMap, HashMap};

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Commit, CommitRef, Kind};

use super::super::layout::{FORMAT, VERSION_BLOB};
use super::super::{Store, StoreError};
use crate::git::{ObjectError, RawTree, Repository, oid};
use crate::model::{Oid, error_chain};

/// The depth to which trees are checked. The layout has four levels.
const DEPTH: u32 = 16;

/// Reads objects, verifies their ids, and remembers which are damaged.
pub struct Inspector<'s> {
    repo: &'s Repository,
    whole: HashMap<(Kind, ObjectId), bool>,
    /// The objects that cannot be read.
    pub damaged: BTreeMap<Oid, ObjectError>,
}

/// The content of a commit's tree.
pub enum Top {
    /// A store.
    Store(RawTree),
    /// Anything else, with the reason why it is not a store.
    Other(String),
}

impl<'s> Inspector<'s> {
    pub fn new(store: &'s Store) -> Self {
        let repo = store.repository();
        repo.forget_objects();
        Self { repo, whole: HashMap::new(), damaged: BTreeMap::new() }
    }

    /// Reads a commit.
    pub fn commit(&mut self, id: ObjectId) -> Result<Commit, String> {
        let data = self.object(id, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&data, id.kind()).and_then(CommitRef::into_owned);
        commit.map_err(|error| format!("commit {id} cannot be read: {error}"))
    }

    /// Reads a tree.
    pub fn tree(&mut self, id: ObjectId) -> Result<RawTree, String> {
        if id.is_empty_tree() {
            return Ok(RawTree::empty());
        }
        let data = self.object(id, Kind::Tree)?;
        RawTree::from_bytes(data.into(), id.kind())
            .map_err(|error| format!("tree {id} cannot be read: {error}"))
    }

    /// Checks that a blob can be read.
    pub fn blob(&mut self, id: ObjectId) -> Result<(), String> {
        match self.whole.get(&(Kind::Blob, id)) {
            Some(true) => Ok(()),
            _ => {
                self.object(id, Kind::Blob)?;
                self.whole.insert((Kind::Blob, id), true);
                Ok(())
            }
        }
    }

    /// Treats a blob as intact, because the repair writes it.
    pub fn trust(&mut self, id: ObjectId) {
        self.whole.insert((Kind::Blob, id), true);
    }

    /// Reads an object. If it cannot be read, it is added to `damaged`.
    fn object(&mut self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, String> {
        match self.repo.verified(id) {
            Ok((found, data)) if found == kind => Ok(data),
            Ok((found, _)) => Err(format!("object {id} is a {found}, not a {kind}")),
            Err(error) => {
                let said = error_chain(&error);
                self.damaged.insert(oid(id), error);
                Err(said)
            }
        }
    }

    /// Reads a commit's tree and checks whether it is a store.
    ///
    /// # Errors
    /// Fails if the store has a newer format: it is not damaged, and must not be changed.
    pub fn top(&mut self, tree: ObjectId) -> Result<Top, StoreError> {
        let root = match self.tree(tree) {
            Ok(root) => root,
            Err(why) => return Ok(Top::Other(why)),
        };
        let Some(version) = root.child("version", EntryKind::Blob) else {
            return Ok(Top::Other("its tree has no 'version'".to_owned()));
        };
        if self.is_our_version(version) {
            return Ok(Top::Store(root));
        }
        let text = match self.object(version, Kind::Blob) {
            Ok(text) => text,
            Err(why) => return Ok(Top::Other(why)),
        };
        let number = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok());
        match number {
            Some(newer) if newer > FORMAT => Err(StoreError::Newer(newer)),
            Some(_) => Ok(Top::Store(root)),
            None => Ok(Top::Other("its 'version' is not a number".to_owned())),
        }
    }

    /// Returns true for the blob `version` of this format. It is the same in every store, so a
    /// damaged one is simply written again.
    pub fn is_our_version(&self, id: ObjectId) -> bool {
        gix::objs::compute_hash(id.kind(), Kind::Blob, VERSION_BLOB).is_ok_and(|ours| ours == id)
    }

    /// Returns true if a commit holds a store whose objects are all readable.
    ///
    /// # Errors
    /// Fails if the store has a newer format.
    pub fn is_whole(&mut self, event: ObjectId) -> Result<bool, StoreError> {
        if let Some(known) = self.whole.get(&(Kind::Commit, event)) {
            return Ok(*known);
        }
        let is_whole = match self.commit(event) {
            Err(_) => false,
            Ok(commit) => match self.top(commit.tree)? {
                Top::Other(_) => false,
                Top::Store(root) => self.holds(&root, DEPTH),
            },
        };
        self.whole.insert((Kind::Commit, event), is_whole);
        Ok(is_whole)
    }

    fn holds(&mut self, tree: &RawTree, depth: u32) -> bool {
        let mut is_whole = true;
        for entry in tree.entries() {
            let id = entry.oid.to_owned();
            is_whole &= match entry.mode.kind() {
                EntryKind::Commit => true,
                EntryKind::Tree => depth == 0 || self.tree_is_whole(id, depth - 1),
                _ => self.is_our_version(id) || self.blob(id).is_ok(),
            };
        }
        is_whole
    }

    fn tree_is_whole(&mut self, id: ObjectId, depth: u32) -> bool {
        if let Some(known) = self.whole.get(&(Kind::Tree, id)) {
            return *known;
        }
        let is_whole = match self.tree(id) {
            Ok(tree) => self.holds(&tree, depth),
            Err(_) => false,
        };
        self.whole.insert((Kind::Tree, id), is_whole);
        is_whole
    }
}

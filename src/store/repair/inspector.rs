use std::collections::{BTreeMap, HashMap};

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Commit, CommitRef, Kind};

use super::super::layout::{FORMAT, VERSION_BLOB};
use super::super::{Store, StoreError};
use crate::git::{ObjectError, RawTree, Repository, oid};
use crate::model::{Oid, error_chain};

/// How deep trees are looked into; the layout has four levels.
const DEPTH: u32 = 16;

/// Reads objects with their names checked, and remembers what is wrong with them.
pub struct Inspector<'s> {
    repo: &'s Repository,
    whole: HashMap<(Kind, ObjectId), bool>,
    /// What cannot be read.
    pub damaged: BTreeMap<Oid, ObjectError>,
}

/// What a commit holds.
pub enum Top {
    /// A store.
    Store(RawTree),
    /// Anything else, and why it is no store.
    Other(String),
}

impl<'s> Inspector<'s> {
    pub fn new(store: &'s Store) -> Self {
        let repo = store.repository();
        repo.forget_objects();
        Self { repo, whole: HashMap::new(), damaged: BTreeMap::new() }
    }

    /// The commit, if it can be read.
    pub fn commit(&mut self, id: ObjectId) -> Result<Commit, String> {
        let data = self.object(id, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&data, id.kind()).and_then(CommitRef::into_owned);
        commit.map_err(|error| format!("commit {id} cannot be read: {error}"))
    }

    /// The tree, if it can be read.
    pub fn tree(&mut self, id: ObjectId) -> Result<RawTree, String> {
        if id.is_empty_tree() {
            return Ok(RawTree::empty());
        }
        let data = self.object(id, Kind::Tree)?;
        RawTree::from_bytes(data.into(), id.kind())
            .map_err(|error| format!("tree {id} cannot be read: {error}"))
    }

    /// Whether a blob can be read.
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

    /// Takes a blob for whole that will be written.
    pub fn trust(&mut self, id: ObjectId) {
        self.whole.insert((Kind::Blob, id), true);
    }

    /// An object's content. What is damaged is noted.
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

    /// What a commit's tree is.
    ///
    /// # Errors
    /// When it is a store of a newer format: that is no damage, and not to be touched.
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

    /// The blob `version` is the same in every store of this format: where it is damaged it is
    /// written again.
    pub fn is_our_version(&self, id: ObjectId) -> bool {
        gix::objs::compute_hash(id.kind(), Kind::Blob, VERSION_BLOB).is_ok_and(|ours| ours == id)
    }

    /// Whether a commit holds a store of which everything can be read.
    ///
    /// # Errors
    /// When it is of a newer format.
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

//! Lookups in trees, which are each read once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::super::layout::{Location, Visibility};
use crate::git::{ObjectError, RawTree, Repository};
use crate::model::{Project, SessionId, Shelf};

/// An entry of a tree.
pub(in super::super) type Item = (EntryKind, ObjectId);

/// The entries of a tree, sorted by the bytes of their names.
#[derive(Debug, Default)]
pub(in super::super) struct Folder(Vec<(BString, Item)>);

pub(in super::super) struct Trees<'r> {
    repo: &'r Repository,
    read: RefCell<HashMap<ObjectId, Rc<Folder>>>,
}

/// The entry in the place of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Slot {
    Empty,
    /// A plain file.
    Record(ObjectId),
    /// Anything else.
    Other(Item),
    /// None: one of the folders above is not a directory.
    Blocked,
}

impl Folder {
    pub fn iter(&self) -> impl Iterator<Item = (&BString, Item)> {
        self.0.iter().map(|(name, item)| (name, *item))
    }

    fn new(tree: &RawTree) -> Rc<Self> {
        let item = |entry: gix::objs::tree::EntryRef<'_>| {
            (entry.filename.to_owned(), (entry.mode.kind(), entry.oid.to_owned()))
        };
        let mut items: Vec<_> = tree.entries().map(item).collect();
        // Git sorts a folder as if its name ended with a slash.
        items.sort_unstable();
        Rc::new(Self(items))
    }

    pub fn find(&self, name: &[u8]) -> Option<Item> {
        let at = self.0.binary_search_by(|(other, _)| other.as_slice().cmp(name)).ok()?;
        Some(self.0[at].1)
    }
}

impl<'r> Trees<'r> {
    pub fn new(repo: &'r Repository) -> Self {
        Self { repo, read: RefCell::default() }
    }

    pub fn read(&self, id: Option<ObjectId>) -> Result<Rc<Folder>, ObjectError> {
        let Some(id) = id else { return Ok(Rc::default()) };
        if let Some(folder) = self.read.borrow().get(&id) {
            return Ok(folder.clone());
        }
        let folder = Folder::new(&self.repo.read_tree(id)?);
        self.read.borrow_mut().insert(id, folder.clone());
        Ok(folder)
    }

    /// Returns the entries of a tree that was already read.
    pub fn folder(tree: &RawTree) -> Rc<Folder> {
        Folder::new(tree)
    }

    /// Returns the entry at a path below a root.
    pub fn find(
        &self,
        root: Option<ObjectId>,
        path: &[BString],
    ) -> Result<Option<Item>, ObjectError> {
        let mut found = root.map(|root| (EntryKind::Tree, root));
        for name in path {
            let Some((EntryKind::Tree, id)) = found else { return Ok(None) };
            found = self.read(Some(id))?.find(name);
        }
        Ok(found)
    }

    /// Returns the slots of a session's record below a root: active, archived.
    pub fn record(
        &self,
        root: Option<ObjectId>,
        project: &Project,
        id: SessionId,
    ) -> Result<[Slot; 2], ObjectError> {
        let at = |shelf| {
            let location =
                Location { shelf, project: project.clone(), id, visibility: Visibility::Public };
            let [shelf, project, shard, file] = location.components();
            let mut folder = root;
            for name in [shelf, project, shard] {
                match self.read(folder)?.find(name.as_bytes()) {
                    None => return Ok(Slot::Empty),
                    Some((EntryKind::Tree, id)) => folder = Some(id),
                    Some(_) => return Ok(Slot::Blocked),
                }
            }
            Ok(match self.read(folder)?.find(file.as_bytes()) {
                None => Slot::Empty,
                Some((EntryKind::Blob, id)) => Slot::Record(id),
                Some(other) => Slot::Other(other),
            })
        };
        Ok([at(Shelf::Active)?, at(Shelf::Archived)?])
    }
}

impl Slot {
    /// Returns the record, if there is one.
    pub fn record(self) -> Option<ObjectId> {
        match self {
            Self::Record(id) => Some(id),
            Self::Empty | Self::Other(_) | Self::Blocked => None,
        }
    }

    /// Returns the entry if it is not a record.
    pub fn other(self) -> Option<Item> {
        match self {
            Self::Other(item) => Some(item),
            Self::Empty | Self::Record(_) | Self::Blocked => None,
        }
    }

    /// Returns the entry, whether it is a record or not.
    pub fn item(self) -> Option<Item> {
        self.record().map(|id| (EntryKind::Blob, id)).or(self.other())
    }
}

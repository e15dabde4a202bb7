//! Trees that are read once, and what lies in them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::super::layout::{Location, Shelf, Visibility};
use crate::git::{ObjectError, RawTree, Repository};
use crate::model::{Project, SessionId};

pub(super) struct Trees<'r> {
    repo: &'r Repository,
    read: RefCell<HashMap<ObjectId, Rc<RawTree>>>,
}

/// What lies at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Empty,
    /// What the layout has there: a folder or a plain file.
    Good(ObjectId),
    /// Anything else.
    Bad(ObjectId),
}

impl<'r> Trees<'r> {
    pub fn new(repo: &'r Repository) -> Self {
        Self { repo, read: RefCell::default() }
    }

    pub fn read(&self, id: Option<ObjectId>) -> Result<Rc<RawTree>, ObjectError> {
        let Some(id) = id else { return Ok(Rc::new(RawTree::empty())) };
        if let Some(tree) = self.read.borrow().get(&id) {
            return Ok(tree.clone());
        }
        let tree = Rc::new(self.repo.read_tree(id)?);
        self.read.borrow_mut().insert(id, tree.clone());
        Ok(tree)
    }

    /// What a root has on both shelves under a key: active, archived.
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
                match slot(&*self.read(folder)?, &name, EntryKind::Tree) {
                    Slot::Good(id) => folder = Some(id),
                    other => return Ok(other),
                }
            }
            Ok(slot(&*self.read(folder)?, &file, EntryKind::Blob))
        };
        Ok([at(Shelf::Active)?, at(Shelf::Archived)?])
    }
}

/// What lies at a name where something of this kind belongs.
pub(super) fn slot(tree: &RawTree, name: &str, kind: EntryKind) -> Slot {
    match tree.entries().find(|entry| entry.filename == name) {
        None => Slot::Empty,
        Some(entry) if entry.mode.kind() == kind => Slot::Good(entry.oid.to_owned()),
        Some(entry) => Slot::Bad(entry.oid.to_owned()),
    }
}

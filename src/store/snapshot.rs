use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Commit, Tree};

use super::codec;
use super::error::{gix_id, oid};
use super::layout::{VERSION_BLOB, id_of_file};
use super::{FORMAT, Key, Location, RecordProblem, Shelf, Store, StoreError};
use crate::model::{Oid, Project, Session, SessionId};

/// The store at one event. Nothing that is written later shows in it.
#[derive(Debug)]
pub struct Snapshot<'s> {
    pub(super) store: &'s Store,
    tip: Option<Oid>,
    root: Tree,
}

/// A record's place in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies.
    pub location: Location,
    /// The blob that holds it.
    pub blob: Oid,
}

/// One line of a listing: a session, or what is wrong with its record.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Where the record lies.
    pub location: Location,
    /// The session, unless its record is corrupt.
    pub session: Result<Session, RecordProblem>,
}

impl<'s> Snapshot<'s> {
    /// The store at an event; at none it is empty.
    pub(super) fn at(store: &'s Store, tip: Option<Oid>) -> Result<Self, StoreError> {
        let root = match &tip {
            Some(tip) => read_root(store, tip)?,
            None => Tree::empty(),
        };
        Ok(Self { store, tip, root })
    }

    /// The event; None where the store was never written.
    pub fn tip(&self) -> Option<&Oid> {
        self.tip.as_ref()
    }

    pub(super) fn root(&self) -> &Tree {
        &self.root
    }

    /// The projects that have sessions on this shelf, sorted.
    pub fn projects(&self, shelf: Shelf) -> Result<Vec<Project>, StoreError> {
        let folder = self.shelf_tree(shelf)?;
        let names = folder.entries.iter().filter(|entry| entry.mode.is_tree());
        Ok(names.filter_map(|entry| entry.filename.to_string().parse().ok()).collect())
    }

    pub(super) fn shelf_tree(&self, shelf: Shelf) -> Result<Tree, StoreError> {
        self.subtree(&self.root, shelf.folder())
    }

    /// The tree of this name in another one; empty where there is none.
    pub(super) fn subtree(&self, tree: &Tree, name: &str) -> Result<Tree, StoreError> {
        match child(tree, name, EntryKind::Tree) {
            Some(id) => Ok(self.store.repository().read_tree(id)?),
            None => Ok(Tree::empty()),
        }
    }

    /// Finds a session's record, active before archived. Its cost does not depend on the number
    /// of sessions.
    ///
    /// # Errors
    /// When two projects hold the id and the key names none.
    pub fn find(&self, key: impl Into<Key>) -> Result<Option<Entry>, StoreError> {
        let key = key.into();
        for shelf in [Shelf::Active, Shelf::Archived] {
            let mut found = self.find_on(shelf, &key)?;
            match found.len() {
                0 => {}
                1 => return Ok(found.pop()),
                _ => return Err(StoreError::InTwoProjects(key.id)),
            }
        }
        Ok(None)
    }

    /// Finds the records of an id on one shelf: at most one in each project.
    pub(super) fn find_on(&self, shelf: Shelf, key: &Key) -> Result<Vec<Entry>, StoreError> {
        self.find_prefix(shelf, &key.id.to_string(), key.project.as_ref())
    }

    /// Finds the records on one shelf whose ids start with `prefix`: two or more hex digits as an
    /// id has them. Reads one shard of each project.
    pub(super) fn find_prefix(
        &self,
        shelf: Shelf,
        prefix: &str,
        project: Option<&Project>,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut found = Vec::new();
        let shelf_tree = self.shelf_tree(shelf)?;
        for entry in shelf_tree.entries.iter().filter(|entry| entry.mode.is_tree()) {
            let Ok(name) = entry.filename.to_string().parse::<Project>() else { continue };
            if project.is_some_and(|wanted| *wanted != name) {
                continue;
            }
            let folder = self.store.repository().read_tree(entry.oid)?;
            let shard = &prefix[..2];
            for file in self.subtree(&folder, shard)?.entries {
                if !file.filename.starts_with(prefix.as_bytes())
                    || file.mode.kind() != EntryKind::Blob
                {
                    continue;
                }
                let Some(id) = id_of_file(&file.filename.to_string(), shard) else { continue };
                let location = Location { shelf, project: name.clone(), id };
                found.push(Entry { location, blob: oid(file.oid) });
            }
        }
        Ok(found)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// What is wrong with it, or with the object that holds it.
    pub fn load(&self, entry: &Entry) -> Result<Session, RecordProblem> {
        let bytes = self.raw(entry)?;
        codec::decode(&bytes, entry.location.id, &entry.location.project)
    }

    /// A record's bytes.
    pub fn raw(&self, entry: &Entry) -> Result<Vec<u8>, RecordProblem> {
        let blob = self.store.repository().read_blob(gix_id(&entry.blob));
        blob.map_err(|error| RecordProblem::Object(error.to_string()))
    }

    /// The session with this key.
    ///
    /// # Errors
    /// When it is not there, or its record is corrupt.
    pub fn session(&self, key: impl Into<Key>) -> Result<Session, StoreError> {
        let key = key.into();
        let entry = self.find(key.clone())?.ok_or_else(|| StoreError::NotFound(key.clone()))?;
        self.load(&entry).map_err(|problem| StoreError::Corrupt { key, problem })
    }

    /// True when there is a record of this session, active or archived.
    pub fn contains(&self, id: SessionId) -> Result<bool, StoreError> {
        let key = Key::from(id);
        let active = self.find_on(Shelf::Active, &key)?;
        Ok(!active.is_empty() || !self.find_on(Shelf::Archived, &key)?.is_empty())
    }
}

/// The entry of this name and kind.
fn child(tree: &Tree, name: &str, kind: EntryKind) -> Option<ObjectId> {
    let found = tree.entries.iter().find(|entry| entry.filename == name)?;
    (found.mode.kind() == kind).then_some(found.oid)
}

fn read_root(store: &Store, tip: &Oid) -> Result<Tree, StoreError> {
    let repo = store.repository();
    let Commit { tree, .. } = repo.read_commit(gix_id(tip))?;
    let root = repo.read_tree(tree)?;
    let not_a_store = |why: &str| StoreError::NotAStore {
        name: store.ref_name().to_owned(),
        why: why.to_owned(),
    };
    let version = child(&root, "version", EntryKind::Blob)
        .ok_or_else(|| not_a_store("its tree has no 'version'"))?;
    let ours = gix::objs::compute_hash(version.kind(), gix::objs::Kind::Blob, VERSION_BLOB);
    if ours.is_ok_and(|ours| ours == version) {
        return Ok(root);
    }
    let text = repo.read_blob(version)?;
    let number = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok());
    match number.ok_or_else(|| not_a_store("its 'version' is no number"))? {
        newer if newer > FORMAT => Err(StoreError::Newer(newer)),
        _ => Ok(root),
    }
}

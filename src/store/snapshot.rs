use std::collections::HashSet;
use std::sync::OnceLock;

use gix::objs::tree::EntryKind;

use super::codec;
use super::half::Half;
use super::layout::id_of_file;
use super::{Key, LIMITS, Location, Notice, RecordProblem, Shelf, Store, StoreError, Visibility};
use crate::git::{RawTree, gix_id, oid};
use crate::model::{Oid, Project, Session, SessionId, error_chain};

/// The store at one event. Nothing that is written later shows in it.
#[derive(Debug)]
pub struct Snapshot<'s> {
    pub(super) store: &'s Store,
    public: Half,
    private: Option<Half>,
    /// Why the private sessions, or some of them, cannot be read.
    unread: OnceLock<String>,
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

impl Store {
    /// The store as it is now: later writes do not show in it.
    ///
    /// Where the private sessions cannot be read it is without them, and whoever listens is told.
    /// What is not found then may be one of them: [`StoreError::PrivateUnread`].
    ///
    /// # Errors
    /// When it is of a newer format, or its top cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let (public, private) = self.tips()?;
        let snapshot = Snapshot::at(self, public)?;
        let (snapshot, unread) = match private {
            Ok(tip) => snapshot.with_private(tip),
            Err(error) => (snapshot, Some(error)),
        };
        let Some(error) = unread else { return Ok(snapshot) };
        let why = error_chain(&error);
        self.notify(&Notice::PrivateUnread(why.clone()));
        Ok(snapshot.without_private(why))
    }

    /// The store as it was right after an event, public or private, without the other kind.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub fn snapshot_at(&self, event: &Oid) -> Result<Snapshot<'_>, StoreError> {
        Snapshot::at(self, Some(event.clone()))
    }
}

impl<'s> Snapshot<'s> {
    /// The store at an event; at none it is empty.
    pub(super) fn at(store: &'s Store, tip: Option<Oid>) -> Result<Self, StoreError> {
        let public = Half::at(store, Visibility::Public, tip)?;
        Ok(Self { store, public, private: None, unread: OnceLock::new() })
    }

    /// The private sessions too, at an event of theirs if there is one and it can be read.
    pub(super) fn with_private(self, tip: Option<Oid>) -> (Self, Option<StoreError>) {
        let private = tip.map(|tip| Half::at(self.store, Visibility::Private, Some(tip)));
        match private.transpose() {
            Ok(private) => (Self { private, ..self }, None),
            Err(error) => (self, Some(error)),
        }
    }

    /// The same, knowing that there are private sessions that cannot be read.
    pub(super) fn without_private(self, why: String) -> Self {
        Self { unread: OnceLock::from(why), ..self }
    }

    /// Notes that some private sessions cannot be read, and tells whoever listens.
    pub(super) fn note_unread(&self, error: &StoreError) {
        let why = error_chain(error);
        self.store.notify(&Notice::PrivateUnread(why.clone()));
        let _ = self.unread.set(why);
    }

    /// Says no where there may be private sessions that cannot be read.
    ///
    /// # Errors
    /// [`StoreError::PrivateUnread`].
    pub fn check_private(&self) -> Result<(), StoreError> {
        match self.unread.get() {
            Some(why) => Err(StoreError::PrivateUnread(why.clone())),
            None => Ok(()),
        }
    }

    /// The event; None where the store was never written. Private ones do not count.
    pub fn tip(&self) -> Option<&Oid> {
        self.tip_of(Visibility::Public)
    }

    /// The event that is as visible as this; None where there was none.
    pub fn tip_of(&self, visibility: Visibility) -> Option<&Oid> {
        self.half(visibility).and_then(|half| half.tip.as_ref())
    }

    /// All events that this shows the store at: none, one, or a private one too.
    pub fn tips(&self) -> impl Iterator<Item = &Oid> {
        self.halves().filter_map(|half| half.tip.as_ref())
    }

    /// The private half first, if there is one.
    pub(super) fn halves(&self) -> impl Iterator<Item = &Half> {
        self.private.iter().chain([&self.public])
    }

    pub(super) fn half(&self, visibility: Visibility) -> Option<&Half> {
        self.halves().find(|half| half.visibility == visibility)
    }

    pub(super) fn root(&self) -> &RawTree {
        &self.public.root
    }

    /// The projects that have sessions on this shelf, sorted.
    pub fn projects(&self, shelf: Shelf) -> Result<Vec<Project>, StoreError> {
        let mut names = Vec::new();
        for half in self.halves() {
            let folder = self.shelf_tree(half, shelf)?;
            let folders = folder.entries().filter(|entry| entry.mode.is_tree());
            names.extend(folders.filter_map(|entry| entry.filename.to_string().parse().ok()));
        }
        if self.private.is_some() {
            names.sort();
            names.dedup();
        }
        Ok(names)
    }

    pub(super) fn shelf_tree(&self, half: &Half, shelf: Shelf) -> Result<RawTree, StoreError> {
        self.subtree(&half.root, shelf.folder())
    }

    /// The tree of this name in another one; empty where there is none.
    pub(super) fn subtree(&self, tree: &RawTree, name: &str) -> Result<RawTree, StoreError> {
        match tree.child(name, EntryKind::Tree) {
            Some(id) => Ok(self.store.repository().read_tree(id)?),
            None => Ok(RawTree::empty()),
        }
    }

    /// Finds a session's record, active before archived. Its cost does not depend on the number
    /// of sessions. Where two projects hold the id and the key names none, it is that of this
    /// repository's own project.
    ///
    /// # Errors
    /// When two other projects hold the id and the key names none.
    pub fn find(&self, key: impl Into<Key>) -> Result<Option<Entry>, StoreError> {
        let key = key.into();
        for shelf in [Shelf::Active, Shelf::Archived] {
            let mut found = self.find_on(shelf, &key)?;
            match found.len() {
                0 => {}
                1 => return Ok(found.pop()),
                _ => {
                    let ours = self.default_project()?;
                    let mine = found.into_iter().find(|entry| entry.location.project == ours);
                    return mine.map(Some).ok_or(StoreError::InTwoProjects(key.id));
                }
            }
        }
        self.check_private().map(|()| None)
    }

    /// Finds a session's record that has to be there, as [`find`](Self::find) does.
    ///
    /// # Errors
    /// When it is not there, and as there.
    pub fn get(&self, key: impl Into<Key>) -> Result<Entry, StoreError> {
        let key = key.into();
        self.find(key.clone())?.ok_or(StoreError::NotFound(key))
    }

    /// The records of other projects with the same id, active or archived.
    pub fn namesakes(&self, location: &Location) -> Result<Vec<Entry>, StoreError> {
        let mut found = self.find_on(Shelf::Active, &location.id.into())?;
        found.extend(self.find_on(Shelf::Archived, &location.id.into())?);
        found.retain(|entry| entry.location.project != location.project);
        Ok(found)
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
        let (mut found, mut private) = (Vec::new(), HashSet::new());
        if let Some(half) = &self.private {
            for shelf in [shelf.other(), shelf] {
                found.clear();
                if let Err(error) = self.find_in_half(half, shelf, prefix, project, &mut found) {
                    self.note_unread(&error);
                }
                private.extend(found.iter().map(|entry| entry.location.owner()));
            }
        }
        let known = found.len();
        self.find_in_half(&self.public, shelf, prefix, project, &mut found)?;
        if !private.is_empty() {
            let public = found.split_off(known).into_iter();
            // A public record does not count where there is a private one of the same session.
            found.extend(public.filter(|entry| !private.contains(&entry.location.owner())));
        }
        Ok(found)
    }

    fn find_in_half(
        &self,
        half: &Half,
        shelf: Shelf,
        prefix: &str,
        project: Option<&Project>,
        found: &mut Vec<Entry>,
    ) -> Result<(), StoreError> {
        let visibility = half.visibility;
        let shelf_tree = self.shelf_tree(half, shelf)?;
        for entry in shelf_tree.entries().filter(|entry| entry.mode.is_tree()) {
            let Ok(name) = entry.filename.to_string().parse::<Project>() else { continue };
            if project.is_some_and(|wanted| *wanted != name) {
                continue;
            }
            let folder = self.store.repository().read_tree(entry.oid.to_owned())?;
            let shard = &prefix[..2];
            for file in self.subtree(&folder, shard)?.entries() {
                if !file.filename.starts_with(prefix.as_bytes())
                    || file.mode.kind() != EntryKind::Blob
                {
                    continue;
                }
                let Some(id) = id_of_file(&file.filename.to_string(), shard) else { continue };
                let location = Location { shelf, project: name.clone(), id, visibility };
                found.push(Entry { location, blob: oid(file.oid.to_owned()) });
            }
        }
        Ok(())
    }

    /// The public record of a session that is private too: what a move that was interrupted leaves.
    pub fn public_twin(&self, location: &Location) -> Result<Option<Entry>, StoreError> {
        if location.visibility == Visibility::Public {
            return Ok(None);
        }
        let mut found = Vec::new();
        let prefix = location.id.to_string();
        let alone = Self::at(self.store, self.public.tip.clone())?;
        for shelf in [Shelf::Active, Shelf::Archived] {
            found.extend(alone.find_prefix(shelf, &prefix, Some(&location.project))?);
        }
        Ok(found.into_iter().next())
    }

    /// Reads a record.
    ///
    /// # Errors
    /// What is wrong with it, or with the object that holds it.
    pub fn load(&self, entry: &Entry) -> Result<Session, RecordProblem> {
        load_record(self.store, entry)
    }

    /// A record's bytes.
    pub fn raw(&self, entry: &Entry) -> Result<Vec<u8>, RecordProblem> {
        raw_record(self.store, entry)
    }

    /// The session with this key.
    ///
    /// # Errors
    /// When it is not there, or its record is corrupt.
    pub fn session(&self, key: impl Into<Key>) -> Result<Session, StoreError> {
        let key = key.into();
        let entry = self.get(key.clone())?;
        self.load(&entry).map_err(|problem| StoreError::Corrupt { key, problem })
    }

    /// True when there is a record of this session, active or archived.
    pub fn contains(&self, id: SessionId) -> Result<bool, StoreError> {
        let key = Key::from(id);
        let active = self.find_on(Shelf::Active, &key)?;
        if !active.is_empty() || !self.find_on(Shelf::Archived, &key)?.is_empty() {
            return Ok(true);
        }
        self.check_private().map(|()| false)
    }
}

impl From<&Entry> for Key {
    fn from(entry: &Entry) -> Self {
        Self::from(&entry.location)
    }
}

fn raw_record(store: &Store, entry: &Entry) -> Result<Vec<u8>, RecordProblem> {
    let blob = store.repository().read_blob(gix_id(&entry.blob));
    blob.map_err(|error| RecordProblem::Object(error.to_string()))
}

pub(super) fn load_record(store: &Store, entry: &Entry) -> Result<Session, RecordProblem> {
    let blob = store.repository().read_blob_within(gix_id(&entry.blob), LIMITS.bytes);
    let blob = blob.map_err(|error| RecordProblem::Object(error.to_string()))?;
    let bytes = blob.ok_or(RecordProblem::TooLarge)?;
    codec::decode(&bytes, entry.location.id, &entry.location.project)
}

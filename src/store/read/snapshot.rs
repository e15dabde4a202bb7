use std::collections::HashSet;
use std::sync::OnceLock;

use gix::ObjectId;

use super::Entry;
use super::overlay::{Overlay, Owner};
use super::ref_tree::RefTree;
use super::walk::{Found, Scope, Walk};
use crate::git::{RawTree, gix_id};
use crate::ledger::LedgerError;
use crate::model::{Oid, Session, error_chain};
use crate::store::{LIMITS, Location, Notice, RecordProblem, Store, StoreError, Visibility, codec};

/// The store at one event. Later writes are not visible in it.
#[derive(Debug)]
pub struct Snapshot<'s> {
    pub(in crate::store) store: &'s Store,
    overlay: Overlay,
    saves: Saves,
    /// Why private sessions cannot be read; unset as long as none was found to be unreadable.
    unread: OnceLock<String>,
}

/// Whether the file of the index may be written for a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saves {
    Index,
    /// The snapshot is an old one, or of a writer, who has no time for that.
    Nothing,
}

impl Store {
    /// Returns the current state of the store.
    ///
    /// If the private sessions cannot be read, the snapshot is without them and the listener is
    /// notified. A lookup that finds nothing then fails with [`StoreError::PrivateUnread`].
    ///
    /// # Errors
    /// Fails if the store has a newer format, or if its top is unreadable. Fails like
    /// [`Repository::refresh`](crate::git::Repository::refresh).
    pub fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        self.repository().refresh().map_err(LedgerError::from)?;
        let (public, private) = self.tips()?;
        let snapshot = Snapshot { saves: Saves::Index, ..Snapshot::at(self, public)? };
        let (snapshot, unread) = match private {
            Ok(tip) => snapshot.with_private(tip),
            Err(error) => (snapshot, Some(error)),
        };
        let Some(error) = unread else { return Ok(snapshot) };
        let why = error_chain(&error);
        self.notify(&Notice::PrivateUnread(why.clone()));
        Ok(snapshot.without_private(why))
    }

    /// Returns the store as it was right after an event, public or private, without sessions of the
    /// other kind.
    ///
    /// # Errors
    /// Fails like [`snapshot`](Self::snapshot).
    pub fn snapshot_at(&self, event: &Oid) -> Result<Snapshot<'_>, StoreError> {
        self.repository().refresh().map_err(LedgerError::from)?;
        Snapshot::at(self, Some(event.clone()))
    }
}

impl<'s> Snapshot<'s> {
    /// Returns the store at a public event, without private sessions. Without an event it is empty.
    pub(in crate::store) fn at(store: &'s Store, tip: Option<Oid>) -> Result<Self, StoreError> {
        let public = RefTree::at(store, Visibility::Public, tip)?;
        let overlay = Overlay { public, private: None };
        Ok(Self { store, overlay, saves: Saves::Nothing, unread: OnceLock::new() })
    }

    /// Adds the private sessions of a private event, if there is one. If it is unreadable, the
    /// snapshot is returned without them, together with the error.
    pub(in crate::store) fn with_private(mut self, tip: Option<Oid>) -> (Self, Option<StoreError>) {
        let private = tip.map(|tip| RefTree::at(self.store, Visibility::Private, Some(tip)));
        match private.transpose() {
            Ok(private) => {
                self.overlay.private = private;
                (self, None)
            }
            Err(error) => (self, Some(error)),
        }
    }

    /// Marks the private sessions as unreadable.
    pub(super) fn without_private(self, why: String) -> Self {
        Self { unread: OnceLock::from(why), ..self }
    }

    /// Records that some private sessions cannot be read, and notifies the listener.
    pub(super) fn note_unread(&self, error: &StoreError) {
        let why = error_chain(error);
        self.store.notify(&Notice::PrivateUnread(why.clone()));
        let _ = self.unread.set(why);
    }

    /// Checks that no private sessions are known to be unreadable.
    ///
    /// # Errors
    /// Fails with [`StoreError::PrivateUnread`] if some are.
    pub fn check_private(&self) -> Result<(), StoreError> {
        match self.unread.get() {
            Some(why) => Err(StoreError::PrivateUnread(why.clone())),
            None => Ok(()),
        }
    }

    /// Returns the public event of the snapshot, or None if the store was never written.
    pub fn tip(&self) -> Option<&Oid> {
        self.tip_of(Visibility::Public)
    }

    /// Returns the event of the snapshot under one ref, or None if there is none.
    pub fn tip_of(&self, visibility: Visibility) -> Option<&Oid> {
        self.overlay.tree(visibility).and_then(|tree| tree.tip.as_ref())
    }

    /// Returns the events of the snapshot: none, one, or a public and a private one.
    pub fn tips(&self) -> impl Iterator<Item = &Oid> {
        self.overlay.trees().filter_map(|tree| tree.tip.as_ref())
    }

    /// Returns the tree of each ref, the private one first.
    pub(in crate::store) fn trees(&self) -> impl Iterator<Item = &RefTree> {
        self.overlay.trees()
    }

    pub(in crate::store) fn tree(&self, visibility: Visibility) -> Option<&RefTree> {
        self.overlay.tree(visibility)
    }

    pub(in crate::store) fn root(&self) -> &RawTree {
        &self.overlay.public.root
    }

    /// Walks over the entries in scope. Public records that a private one overrides are skipped.
    pub(super) fn walk<'w>(&'w self, scope: Scope<'w>) -> impl Iterator<Item = Found> {
        self.overlay.walk(self.store.repository(), scope)
    }

    pub(super) fn saves(&self) -> Saves {
        self.saves
    }

    /// Walks over the public tree alone.
    pub(super) fn walk_public<'w>(&'w self, scope: Scope<'w>) -> Walk<'w> {
        Walk::new(self.store.repository(), &self.overlay.public, scope)
    }

    /// Returns the records in scope. Unreadable private folders are skipped, with a notice.
    pub(in crate::store) fn records(&self, scope: Scope<'_>) -> Result<Vec<Entry>, StoreError> {
        let mut records = Vec::new();
        for found in self.walk(scope) {
            records.extend(self.record(found)?);
        }
        Ok(records)
    }

    /// Returns the record that a walk found, or None if the item is not a record.
    pub(super) fn record(&self, found: Found) -> Result<Option<Entry>, StoreError> {
        match found {
            Found::Record(entry) => Ok(Some(entry)),
            Found::Unexpected(_) => Ok(None),
            Found::Unreadable(Visibility::Public, _, error) => Err(error.into()),
            Found::Unreadable(Visibility::Private, _, error) => {
                // The other sessions can still be shown.
                self.note_unread(&error.into());
                Ok(None)
            }
        }
    }

    /// Returns the sessions that have a private record on either shelf, as far as they are
    /// readable.
    pub fn private_sessions(&self) -> HashSet<Owner> {
        self.overlay.private_sessions(self.store.repository())
    }

    /// Loads a record.
    ///
    /// # Errors
    /// Fails if the record is corrupt, or if its blob is unreadable.
    pub fn load(&self, entry: &Entry) -> Result<Session, RecordProblem> {
        load_record(self.store, entry)
    }

    /// Returns the bytes of a record.
    ///
    /// # Errors
    /// Fails if the blob is unreadable.
    pub fn raw(&self, entry: &Entry) -> Result<Vec<u8>, RecordProblem> {
        let blob = self.store.repository().read_blob(gix_id(&entry.blob));
        blob.map_err(|error| RecordProblem::Object(error.to_string()))
    }
}

pub(super) fn load_record(store: &Store, entry: &Entry) -> Result<Session, RecordProblem> {
    load_record_at(store, &entry.location, gix_id(&entry.blob))
}

pub(super) fn load_record_at(
    store: &Store,
    location: &Location,
    blob: ObjectId,
) -> Result<Session, RecordProblem> {
    let blob = store.repository().read_blob_within(blob, LIMITS.bytes);
    let blob = blob.map_err(|error| RecordProblem::Object(error.to_string()))?;
    let bytes = blob.ok_or(RecordProblem::TooLarge)?;
    codec::decode(&bytes, location.id, &location.project)
}

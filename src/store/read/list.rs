//! Lists all records, and unexpected entries of the tree.

use gix::objs::tree::EntryKind;

use super::walk::{Found, Scope};
use super::{Entry, ListedSession, Listing, Query, Snapshot, Unexpected};
use crate::store::{Shelf, StoreError, Visibility};

impl Snapshot<'_> {
    /// Returns the places of all records on a shelf, sorted by project and id.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn entries(&self, shelf: Shelf) -> Result<Vec<Entry>, StoreError> {
        let mut entries = self.records(Scope::all(shelf))?;
        if self.tree(Visibility::Private).is_some() {
            entries.sort_by(|a, b| a.location.cmp(&b.location));
        }
        Ok(entries)
    }

    /// Returns the places of all records on a shelf. Unreadable folders are skipped.
    pub(in crate::store) fn found_entries(&self, shelf: Shelf) -> Vec<Entry> {
        let found = self.walk(Scope::all(shelf));
        found
            .filter_map(|found| match found {
                Found::Record(entry) => Some(entry),
                Found::Unexpected(_) | Found::Unreadable(..) => None,
            })
            .collect()
    }

    /// Returns all sessions on a shelf, in the order of [`Listing::sessions`].
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn list(&self, shelf: Shelf) -> Result<Vec<ListedSession>, StoreError> {
        Ok(self.load_all(self.entries(shelf)?))
    }

    /// Returns all readable sessions on a shelf, and the unreadable folders.
    pub fn listing(&self, shelf: Shelf) -> Listing {
        self.query(Query::default().on([shelf]))
    }

    /// Returns the places of the records in scope, and the unreadable folders.
    pub(super) fn found_on(&self, scope: Scope<'_>) -> (Vec<Entry>, Vec<Unexpected>) {
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        for found in self.walk(scope) {
            match found {
                Found::Record(entry) => entries.push(entry),
                found => unreadable.extend(self.unreadable_on(scope.shelf, found)),
            }
        }
        (entries, unreadable)
    }

    /// Returns an unreadable folder that belongs to the listing of a shelf, if it is one.
    pub(super) fn unreadable_on(&self, shelf: Shelf, found: Found) -> Option<Unexpected> {
        match found {
            Found::Record(_) | Found::Unexpected(_) => None,
            Found::Unreadable(Visibility::Public, path, error) => {
                Some(Unexpected::new(path, error.to_string()))
            }
            // A folder below this shelf belongs to the listing. If the shelf itself or a part of
            // the other one is unreadable, that is only noted.
            Found::Unreadable(Visibility::Private, path, error)
                if path.strip_prefix(shelf.folder()).is_some_and(|rest| !rest.is_empty()) =>
            {
                Some(Unexpected::new(format!("private {path}"), error.to_string()))
            }
            Found::Unreadable(Visibility::Private, _, error) => {
                self.note_unread(&error.into());
                None
            }
        }
    }

    /// Loads the records at these places, in the order of [`Listing::sessions`].
    pub fn load_all(&self, entries: Vec<Entry>) -> Vec<ListedSession> {
        self.select(entries, &Query::default(), |_| true)
    }

    /// Returns the number of records on a shelf, including corrupt ones, as [`list`](Self::list)
    /// would return them.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn count(&self, shelf: Shelf) -> Result<usize, StoreError> {
        self.count_all(shelf)
    }

    /// Returns the unreadable folders of the public tree; sessions may be missing.
    pub fn unreadable(&self) -> Vec<Unexpected> {
        let all = [Shelf::Active, Shelf::Archived].map(Scope::all).into_iter();
        all.flat_map(|scope| self.walk_public(scope))
            .filter_map(|found| match found {
                Found::Unreadable(_, path, error) => Some(Unexpected::new(path, error.to_string())),
                Found::Record(_) | Found::Unexpected(_) => None,
            })
            .collect()
    }

    /// Returns the entries of the public tree that the layout does not allow.
    pub fn unexpected(&self) -> Vec<Unexpected> {
        let is_known = |name: &str, kind| match name {
            "version" => kind == EntryKind::Blob,
            "sessions" | "archive" => kind == EntryKind::Tree,
            _ => false,
        };
        let top = self.root().entries().filter_map(|entry| {
            let name = entry.filename.to_string();
            let is_unexpected = !is_known(&name, entry.mode.kind());
            is_unexpected.then(|| Unexpected::new(name, "does not belong at the top of a store"))
        });
        let all = [Shelf::Active, Shelf::Archived].map(Scope::all).into_iter();
        let below = all.flat_map(|scope| self.walk_public(scope)).filter_map(|found| match found {
            Found::Unexpected(unexpected) => Some(unexpected),
            Found::Record(_) | Found::Unreadable(..) => None,
        });
        top.chain(below).collect()
    }
}

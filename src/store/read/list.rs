//! Going through all records, and what else lies in the tree.

use gix::objs::tree::EntryKind;

use super::snapshot::load_record;
use super::walk::{Found, Scope};
use super::{Entry, Snapshot, Unexpected};
use crate::model::Session;
use crate::store::{Location, RecordProblem, Shelf, Store, StoreError, Visibility};

/// So few records are read faster by one thread than a second one is started.
const FEW: usize = 64;

/// One line of a listing: a session, or what is wrong with its record.
#[derive(Debug, Clone)]
pub struct ListedSession {
    /// Where the record lies.
    pub location: Location,
    /// The session, unless its record is corrupt.
    pub session: Result<Session, RecordProblem>,
}

impl ListedSession {
    /// The title to show: of a session that cannot be read, `corrupt`.
    pub fn display_title(&self) -> String {
        self.session.as_ref().map_or_else(|_| "corrupt".to_owned(), Session::display_title)
    }
}

/// All that could be read of a shelf.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The sessions, newest first (by last update), ties by id; corrupt records at the end.
    pub sessions: Vec<ListedSession>,
    /// Folders that could not be read, so that sessions may be missing above.
    pub unreadable: Vec<Unexpected>,
}

impl Snapshot<'_> {
    /// The places of all records on a shelf, sorted by project and id.
    ///
    /// # Errors
    /// When a part of the tree cannot be read.
    pub fn entries(&self, shelf: Shelf) -> Result<Vec<Entry>, StoreError> {
        let mut entries = self.records(Scope::all(shelf))?;
        if self.tree(Visibility::Private).is_some() {
            entries.sort_by(|a, b| a.location.cmp(&b.location));
        }
        Ok(entries)
    }

    /// The places of all records on a shelf that can be found, whatever else is broken.
    pub(in crate::store) fn found_entries(&self, shelf: Shelf) -> Vec<Entry> {
        let found = self.walk(Scope::all(shelf));
        found
            .filter_map(|found| match found {
                Found::Record(entry) => Some(entry),
                Found::Unexpected(_) | Found::Unreadable(..) => None,
            })
            .collect()
    }

    /// All sessions on a shelf, in the order of [`Listing::sessions`].
    ///
    /// # Errors
    /// When a part of the tree cannot be read.
    pub fn list(&self, shelf: Shelf) -> Result<Vec<ListedSession>, StoreError> {
        Ok(self.load_all(self.entries(shelf)?))
    }

    /// All sessions on a shelf that can be read, and what cannot.
    pub fn listing(&self, shelf: Shelf) -> Listing {
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        for found in self.walk(Scope::all(shelf)) {
            match found {
                Found::Record(entry) => entries.push(entry),
                Found::Unexpected(_) => {}
                Found::Unreadable(Visibility::Public, path, error) => {
                    unreadable.push(Unexpected::new(path, error.to_string()));
                }
                Found::Unreadable(Visibility::Private, _, error) => self.note_unread(&error.into()),
            }
        }
        Listing { sessions: self.load_all(entries), unreadable }
    }

    /// The sessions at these places, in the order of [`Listing::sessions`].
    pub fn load_all(&self, entries: Vec<Entry>) -> Vec<ListedSession> {
        let mut listed = load_in_parallel(self.store, entries);
        let now = self.store.clock().now();
        listed.sort_by(|a, b| {
            let time =
                |listed: &ListedSession| listed.session.as_ref().ok().map(|s| s.last_update(now));
            time(b).cmp(&time(a)).then_with(|| a.location.id.cmp(&b.location.id))
        });
        listed
    }

    /// The number of records on a shelf, corrupt ones too: as many as [`list`](Self::list) gives.
    pub fn count(&self, shelf: Shelf) -> Result<usize, StoreError> {
        Ok(self.entries(shelf)?.len())
    }

    /// The public folders that cannot be read, so that sessions may be missing.
    pub fn unreadable(&self) -> Vec<Unexpected> {
        let all = [Shelf::Active, Shelf::Archived].map(Scope::all).into_iter();
        all.flat_map(|scope| self.walk_public(scope))
            .filter_map(|found| match found {
                Found::Unreadable(_, path, error) => Some(Unexpected::new(path, error.to_string())),
                Found::Record(_) | Found::Unexpected(_) => None,
            })
            .collect()
    }

    /// Whatever is not where the layout says, in the public tree.
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

/// Reading a record is a little work for the disk and more for the processor: many are shared out.
fn load_in_parallel(store: &Store, entries: Vec<Entry>) -> Vec<ListedSession> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(8));
    let share = entries.len().div_ceil(threads).max(FEW);
    let load = |store: &Store, entries: &[Entry]| -> Vec<ListedSession> {
        let item = |entry: &Entry| ListedSession {
            session: load_record(store, entry),
            location: entry.location.clone(),
        };
        entries.iter().map(item).collect()
    };
    let mut shares = entries.chunks(share);
    let mine = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = shares
            .map(|entries| {
                // A repository is for one thread at a time.
                let store = store.clone();
                scope.spawn(move || load(&store, entries))
            })
            .collect();
        let mut listed = load(store, mine);
        for other in others {
            listed.extend(other.join().expect("reading a record does not panic"));
        }
        listed
    })
}

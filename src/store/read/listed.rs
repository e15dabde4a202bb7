//! The records of a listing.

use super::snapshot::load_record;
use super::{Entry, Unexpected};
use crate::model::Session;
use crate::store::{Location, RecordProblem, Store};

/// The smallest share of a thread: starting one takes longer than reading fewer records.
const FEW: usize = 64;

/// An item of a listing: a session, or the problem with its record.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListedSession {
    /// The location of the record.
    pub location: Location,
    /// The session, unless its record is corrupt.
    pub session: Result<Session, RecordProblem>,
}

impl ListedSession {
    /// Makes an entry of a listing.
    pub fn new(location: Location, session: Result<Session, RecordProblem>) -> Self {
        Self { location, session }
    }

    /// Returns the title to display; for a corrupt record, `corrupt`.
    pub fn display_title(&self) -> String {
        self.session.as_ref().map_or_else(|_| "corrupt".to_owned(), Session::display_title)
    }
}

/// The readable part of a shelf.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Listing {
    /// The sessions, in the order of the query, or last updated first; corrupt records come last.
    pub sessions: Vec<ListedSession>,
    /// Unreadable folders; their sessions are missing above.
    pub unreadable: Vec<Unexpected>,
}

/// Loads records, many of them in parallel: decoding takes longer than reading from the disk.
pub(super) fn load_in_parallel(store: &Store, entries: Vec<Entry>) -> Vec<ListedSession> {
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
                // Each thread needs its own handle of the repository.
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

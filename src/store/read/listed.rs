//! The records of a listing.

use std::convert::Infallible;
use std::sync::mpsc::sync_channel;

use super::snapshot::load_record;
use super::{Entry, Unexpected};
use crate::model::Session;
use crate::store::{Location, RecordProblem, Store};

/// The smallest share of a thread: starting one takes longer than reading fewer records.
const FEW: usize = 64;

/// The largest: records that are near each other in the tree are in one pack, as deltas.
const SHARE: usize = 256;

/// How many shares a thread may be ahead.
const AHEAD: usize = 2;

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

/// Loads records.
pub(super) fn load_in_parallel(store: &Store, entries: Vec<Entry>) -> Vec<ListedSession> {
    let mut sessions = Vec::with_capacity(entries.len());
    let load = |store: &Store, entry: &Entry| load_record(store, entry);
    in_parallel(store, &entries, &load, |session| sessions.push(session));
    let listed = entries.into_iter().zip(sessions);
    listed.map(|(Entry { location, .. }, session)| ListedSession { location, session }).collect()
}

/// Calls `act` for each item, for many of them on several threads, and `each` with what it returns,
/// in the order of the items.
pub(super) fn in_parallel<I: Sync, T: Send>(
    store: &Store,
    items: &[I],
    act: &(impl Fn(&Store, &I) -> T + Sync),
    mut each: impl FnMut(T),
) {
    let act =
        |store: &Store, share: &[I]| share.iter().map(|item| act(store, item)).collect::<Vec<T>>();
    let Ok(()) = in_shares(store, items, SHARE, &act, |made| {
        made.into_iter().for_each(&mut each);
        Ok::<_, Infallible>(())
    });
}

/// Calls `act` for shares of the items, none larger than `largest`, for many of them on several
/// threads, and `each` with what it returns, in the order of the items, until that fails. The
/// threads are never far ahead.
///
/// # Errors
/// Fails like `each`.
pub(super) fn in_shares<I: Sync, T: Send, E>(
    store: &Store,
    items: &[I],
    largest: usize,
    act: &(impl Fn(&Store, &[I]) -> T + Sync),
    mut each: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    // The system is asked only if it matters: it reads files to know.
    let count = || std::thread::available_parallelism().map_or(1, |count| count.get().min(8));
    let threads = if items.len() <= FEW { 1 } else { count() };
    if threads == 1 {
        return items.chunks(largest).try_for_each(|share| each(act(store, share)));
    }
    let share = items.len().div_ceil(threads).clamp(FEW, largest);
    std::thread::scope(|scope| {
        let read = |first: usize| {
            let (to, from) = sync_channel(AHEAD);
            // Each thread needs its own handle of the repository.
            let store = store.clone();
            scope.spawn(move || {
                for share in items.chunks(share).skip(first).step_by(threads) {
                    if to.send(act(&store, share)).is_err() {
                        return;
                    }
                }
            });
            from
        };
        let others: Vec<_> = (0..threads).map(read).collect();
        for number in 0..items.chunks(share).len() {
            // A thread that panicked ends the scope with a panic.
            let Ok(made) = others[number % threads].recv() else { break };
            each(made)?;
        }
        Ok(())
    })
}

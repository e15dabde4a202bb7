//! A way back after everything that a crash, a disk or another program can do to the store.

mod damage;
mod hints;
mod leftovers;
mod table;

use git_ao::model::Session;
use git_ao::store::{ListedSession, Shelf, Store, Visibility};

use crate::support::Repo;
use crate::support::sessions::{id, session, store};

/// The store with the private sessions, as the program opens it.
fn both(repo: &Repo) -> Store {
    store(repo).with_private()
}

/// Three sessions on each ref, of which each was changed once: 1, 2 and 3 are public, 11, 12 and 13
/// private.
fn fill(repo: &Repo) {
    let store = both(repo);
    for (first, visibility) in [(1, Visibility::Public), (11, Visibility::Private)] {
        for n in first..first + 3 {
            let made = store.transaction("spawn", |tx| tx.create_as(session(n, "old"), visibility));
            made.unwrap();
        }
        for n in first..first + 3 {
            store.update(id(n), "set", |session| session.title = "new".to_owned()).unwrap();
        }
    }
}

/// The sessions that can be read, and their titles.
fn titles(repo: &Repo) -> Vec<(Session, String)> {
    let store = both(repo);
    let listing = store.snapshot().unwrap().listing(Shelf::Active);
    assert_eq!(listing.unreadable, []);
    let read = |listed: ListedSession| listed.session.unwrap();
    let sessions = listing.sessions.into_iter().map(read);
    let mut sessions: Vec<_> =
        sessions.map(|session| (session.clone(), session.title.clone())).collect();
    sessions.sort_by_key(|(session, _)| session.id);
    sessions
}

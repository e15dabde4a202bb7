//! One store that several threads share.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use git_ao::git::{Environment, Repository};
use git_ao::ledger::Ledger;
use git_ao::store::{SESSIONS_REF, Shelf, Snapshot, Store, StoreError};

use crate::support::Repo;
use crate::support::sessions::{assert_whole, count, id, increment, leftovers, session};

const THREADS: u64 = 8;
const EACH: u64 = 12;

/// Compiles only if all threads may use one value of the type.
const fn shared<T: Send + Sync + Clone + 'static>() {}
const fn readable<T: Send + Sync>() {}
const _: () = {
    shared::<Store>();
    shared::<Ledger>();
    shared::<Repository>();
    shared::<Environment>();
    readable::<Snapshot<'static>>();
};

fn open(repo: &Repo) -> Store {
    Store::open(repo.dir(), repo.env().environment()).unwrap()
}

/// Compiles only if a task that holds the store can move to another thread where it waits.
#[test]
fn a_reference_crosses_an_await() {
    fn is_send<T: Send>(_: &T) {}
    let repo = Repo::new();
    let store = open(&repo);
    let task = async {
        let store = &store;
        std::future::ready(()).await;
        store.tip()
    };
    is_send(&task);
}

#[test]
fn they_read_and_write_and_lose_nothing() {
    let repo = Repo::new();
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    let start = Barrier::new(THREADS as usize);
    let work = |thread: u64| {
        start.wait();
        for n in 0..EACH {
            let new = 1 + thread * EACH + n;
            store.create(&session(new, "New")).unwrap();
            store.update(id(0), "count", increment).unwrap();
            let snapshot = store.snapshot().unwrap();
            assert_eq!(snapshot.session(id(new)).unwrap().title, "New");
            assert!(count(&snapshot.session(id(0)).unwrap()) > n);
            let listed = snapshot.list(Shelf::Active).unwrap();
            assert!(listed.iter().all(|listed| listed.session.is_ok()));
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
    let snapshot = store.snapshot().unwrap();
    assert_eq!(count(&snapshot.session(id(0)).unwrap()), THREADS * EACH);
    assert_eq!(snapshot.count(Shelf::Active).unwrap() as u64, THREADS * EACH + 1);
    let commits = 1 + 2 * THREADS * EACH;
    assert_eq!(repo.git(["rev-list", "--count", SESSIONS_REF]).trim(), commits.to_string());
    assert_whole(&repo);
    assert_eq!(leftovers(&repo), [""; 0]);
}

#[test]
fn they_share_one_snapshot_while_git_packs_it() {
    let repo = Repo::new();
    let store = open(&repo);
    let made = store.transaction("import", |tx| {
        (0..100).try_for_each(|n| tx.create(session(n, &format!("Number {n}"))))
    });
    made.unwrap_or_else(|error: StoreError| panic!("{error}"));
    // Another handle reads: nothing is cached yet.
    let store = open(&repo);
    let snapshot = store.snapshot().unwrap();
    let start = Barrier::new(THREADS as usize + 1);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for n in 0..100 {
                    assert_eq!(snapshot.session(id(n)).unwrap().title, format!("Number {n}"));
                }
            });
        }
        start.wait();
        repo.git(["repack", "-adq"]);
        repo.git(["prune-packed", "-q"]);
    });
    // All of it is in one pack now.
    assert_eq!(snapshot.list(Shelf::Active).unwrap().len(), 100);
}

#[test]
fn a_panic_in_one_leaves_the_store_to_the_others() {
    let repo = Repo::new();
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    std::thread::scope(|scope| {
        let failed = scope.spawn(|| {
            let done = store.update(id(0), "count", |_| -> () { panic!("on purpose") });
            done.map(|_| ())
        });
        assert!(failed.join().is_err());
    });
    store.update(id(0), "count", increment).unwrap();
    assert_eq!(count(&store.snapshot().unwrap().session(id(0)).unwrap()), 1);
    assert_eq!(leftovers(&repo), [""; 0]);
}

#[test]
fn a_configuration_that_changes_is_whole_in_each_of_them() {
    let repo = Repo::new();
    let store = open(&repo);
    store.create(&session(0, "Count")).unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut last = 0;
                while !is_over.load(Ordering::SeqCst) {
                    let settings = store.repository().settings();
                    let number =
                        |text: Option<String>| text.map_or(0, |text| text.parse().unwrap());
                    let (first, second) = (number(settings.agent()), number(settings.runtime()));
                    assert!(first == second || first == second + 1, "{first} {second}");
                    assert!(first >= last, "{first} after {last}");
                    last = first;
                    store.update(id(0), "count", increment).unwrap();
                }
            });
        }
        for n in 1..=20 {
            repo.config("ao.agent", &n.to_string());
            repo.config("ao.runtime", &n.to_string());
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(store.repository().settings().runtime().as_deref(), Some("20"));
    assert_whole(&repo);
}

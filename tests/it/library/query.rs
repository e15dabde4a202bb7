//! Queries and queues: one selection, one order.

use std::sync::Barrier;

use git_ao::model::{Field, Filter, Order, SessionStatus, SortKey};
use git_ao::store::{ListedSession, Query, Shelf, Snapshot, Store, StoreError};

use crate::support::Repo;
use crate::support::sessions::{id, path, plant_record, session, store};

/// Six idle sessions with the priorities 1, 2, 3, 1, 2, 3; the last one has none instead, and the
/// first one was created last.
fn queue() -> (Repo, Store) {
    let repo = Repo::new();
    let store = store(&repo);
    for n in 1..=6 {
        let mut one = session(n, &format!("Task {n}"));
        if n == 1 {
            one.created_at = session(100, "").created_at;
        }
        one.status = SessionStatus::Idle;
        if n < 6 {
            one.context.insert("priority", (n - 1) % 3 + 1);
        }
        store.create(&one).unwrap();
    }
    (repo, store)
}

fn urgent() -> Query {
    Query::new(Filter::All).sorted("-context.priority".parse().unwrap())
}

fn numbers(listed: &[ListedSession]) -> Vec<u64> {
    let number = |listed: &ListedSession| (1..=9).find(|n| id(*n) == listed.location.id).unwrap();
    listed.iter().map(number).collect()
}

fn found(snapshot: &Snapshot<'_>, query: impl Into<Query>) -> Vec<u64> {
    numbers(&snapshot.query(query).sessions)
}

#[test]
fn shelves_filter_order_and_limit() {
    let (_repo, store) = queue();
    store.archive(id(4)).unwrap();
    let snapshot = store.snapshot().unwrap();
    let both = [Shelf::Active, Shelf::Archived];
    let by = |key| Query::default().sorted(Order::by(key));
    assert_eq!(found(&snapshot, Filter::All), [6, 5, 3, 2, 1]);
    assert_eq!(found(&snapshot, by(SortKey::Created)), [2, 3, 5, 6, 1]);
    assert_eq!(found(&snapshot, by(SortKey::Title).on(both)), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found(&snapshot, by(SortKey::Title).on(both).at_most(2)), [1, 2]);
    assert_eq!(found(&snapshot, by(SortKey::Title).on([Shelf::Archived])), [4]);
    assert_eq!(found(&snapshot, by(SortKey::Title).at_most(0)), [0; 0]);
    assert_eq!(found(&snapshot, urgent()), [3, 2, 5, 1, 6]);
    let title = Filter::Contains(Field::Title, "task 3".into());
    assert_eq!(found(&snapshot, &title), [3]);
    assert_eq!(found(&snapshot, !title), [6, 5, 2, 1]);
    assert_eq!(found(&snapshot, Query::new(Filter::Archived).on(both)), [4]);
}

#[test]
fn a_corrupt_record_is_found_by_what_is_known_of_it() {
    let repo = Repo::new();
    plant_record(&repo, &path(7), "nothing: [");
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let snapshot = store.snapshot().unwrap();
    for (filter, expected) in [
        ("all", vec![1, 7]),
        ("project:demo", vec![1, 7]),
        ("status:corrupt", vec![7]),
        ("not status:spawning", vec![7]),
        ("status:spawning", vec![1]),
        ("title~e", vec![1]),
        ("not title~x", vec![1]),
        ("project:other", vec![]),
    ] {
        let filter = Filter::parse(filter, store.clock().now()).unwrap();
        assert_eq!(found(&snapshot, &filter), expected, "{filter:?}");
    }
}

#[test]
fn the_command_line_lists_what_a_query_lists() {
    let (repo, store) = queue();
    store.archive(id(4)).unwrap();
    let listed = |args: &[&str]| {
        let lines = repo.ao([&["list", "--porcelain"], args].concat()).ok().stdout;
        let ids = lines.lines().map(|line| line.split('\t').next().unwrap().to_owned());
        ids.map(|text| (1..=9).find(|n| id(*n).to_string() == text).unwrap()).collect::<Vec<u64>>()
    };
    let snapshot = store.snapshot().unwrap();
    assert_eq!(listed(&["--sort=-context.priority"]), found(&snapshot, urgent()));
    assert_eq!(listed(&["-a", "--sort=title", "-n3"]), [1, 2, 3]);
    assert_eq!(listed(&[]), found(&snapshot, Filter::All));
}

#[test]
fn the_most_urgent_is_taken_first_and_equals_in_their_order() {
    let (_repo, store) = queue();
    let taken = store.transaction("take", |tx| {
        let queue = urgent();
        let next = |_| Ok::<_, StoreError>(tx.take(&queue, "one")?.map(|it| it.id));
        (0..7).map(next).collect::<Result<Vec<_>, _>>()
    });
    let ids = [3, 2, 5, 4, 1, 6].map(|n| Some(id(n)));
    assert_eq!(taken.unwrap().value, [&ids[..], &[None]].concat());
}

#[test]
fn nothing_is_taken_from_the_archive_or_beyond_the_limit() {
    let (_repo, store) = queue();
    let archived = Query::default().on([Shelf::Archived]);
    assert_eq!(store.take(archived, "one").unwrap(), None);
    assert_eq!(store.take(Query::default().at_most(0), "one").unwrap(), None);
    assert!(store.take(Query::default().at_most(1), "one").unwrap().is_some());
}

#[test]
fn of_many_workers_one_gets_each() {
    let (_repo, store) = queue();
    let start = Barrier::new(4);
    let taken: Vec<_> = std::thread::scope(|scope| {
        let work = |n: usize| {
            let (store, start) = (store.clone(), &start);
            scope.spawn(move || {
                start.wait();
                let next = || store.take(urgent(), &format!("worker {n}")).unwrap();
                std::iter::from_fn(next).map(|it| it.id).collect::<Vec<_>>()
            })
        };
        let workers: Vec<_> = (0..4).map(work).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let mut once = taken.clone();
    once.sort();
    once.dedup();
    assert_eq!((taken.len(), once.len()), (6, 6));
}

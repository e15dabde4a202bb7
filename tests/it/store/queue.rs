//! Sessions as a queue, and writes inside of writes.

use std::time::{Duration, Instant};

use git_ao::ledger::LedgerError;
use git_ao::model::{Field, Filter, Recovery, SessionStatus};
use git_ao::store::{Store, StoreError};

use crate::support::Repo;
use crate::support::sessions::{id, session, store};

/// Five idle sessions, the oldest with the highest number, and none of them changed in that order.
fn queue(store: &Store) {
    for n in [3, 1, 5, 2, 4] {
        let mut one = session(n, "Task");
        one.status = SessionStatus::Idle;
        one.created_at = git_ao::model::Timestamp::from_millis(1_000_000 - n as i64);
        one.add_tag("queue");
        store.create(&one).unwrap();
    }
}

fn waiting() -> Filter {
    Filter::Is(Field::Tag, "queue".into())
}

#[test]
fn first_in_first_out() {
    let repo = Repo::new();
    let store = store(&repo);
    queue(&store);
    for n in [5, 4, 3, 2, 1] {
        let taken = store.take(waiting(), "worker").unwrap().unwrap();
        assert_eq!(taken.id, id(n));
        let now = store.snapshot().unwrap().session(id(n)).unwrap();
        assert_eq!(
            (now.status, now.status_reason),
            (SessionStatus::Working, Some("worker".into()))
        );
    }
    assert_eq!(store.take(waiting(), "worker").unwrap(), None);
}

#[test]
fn takes_of_one_transaction_differ_and_see_what_is_staged() {
    let repo = Repo::new();
    let store = store(&repo);
    queue(&store);
    let taken = store.transaction("take", |tx| {
        tx.delete(id(5))?;
        tx.archive(id(4))?;
        let mut new = session(6, "Newest");
        new.status = SessionStatus::Idle;
        new.add_tag("queue");
        tx.create(new)?;
        let next = |_| tx.take(waiting(), "one");
        (0..5).map(next).collect::<Result<Vec<_>, StoreError>>()
    });
    let taken: Vec<_> = taken.unwrap().value.into_iter().map(|it| it.map(|it| it.id)).collect();
    assert_eq!(taken, [Some(id(3)), Some(id(2)), Some(id(1)), Some(id(6)), None]);
}

#[test]
fn what_cannot_begin_to_work_is_passed_over() {
    let repo = Repo::new();
    let store = store(&repo);
    queue(&store);
    for (n, status) in [(5, SessionStatus::Merged), (4, SessionStatus::Done)] {
        store.update(id(n), "set", |session| session.status = status.clone()).unwrap();
    }
    assert_eq!(store.take(&Filter::All, "one").unwrap().map(|it| it.id), Some(id(3)));
}

#[test]
fn a_write_inside_a_write_fails_at_once() {
    let repo = Repo::new();
    let store = store(&repo);
    queue(&store);
    let start = Instant::now();
    let nested = store.transaction("outer", |tx| {
        tx.touch(id(1))?;
        store.update(id(2), "inner", |session| session.title = "Inner".to_owned())
    });
    let error = nested.unwrap_err();
    assert!(matches!(error, StoreError::Ledger(LedgerError::Nested)), "{error}");
    assert_eq!(error.recovery(), Recovery::FixInput);
    // It waits a minute for another writer.
    assert!(start.elapsed() < Duration::from_secs(30));
    // Neither was written, and the next write is none inside another.
    let written = |n| store.snapshot().unwrap().session(id(n)).unwrap().title;
    assert_eq!((written(1), written(2)), ("Task".to_owned(), "Task".to_owned()));
    store.update(id(2), "set", |session| session.title = "Two".to_owned()).unwrap();
    // Another thread waits for its turn, and another repository is another store.
    let other = Repo::new();
    let others = crate::support::sessions::store(&other);
    store
        .transaction("outer", |tx| {
            tx.touch(id(1))?;
            others.create(&session(1, "Elsewhere")).map(drop)
        })
        .unwrap();
    assert_eq!(others.snapshot().unwrap().session(id(1)).unwrap().title, "Elsewhere");
}

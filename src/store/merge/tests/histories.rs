use std::collections::BTreeSet;

use gix::objs::tree::EntryKind;
use proptest::prelude::*;

use super::super::super::{Histories, MergeMode, Shelf, Store};
use super::world::*;
use crate::git::gix_id;
use crate::model::{Oid, Session, SessionStatus};

/// One thing that happens on one replica, or between two.
#[derive(Debug, Clone)]
enum Step {
    Create(usize, u8),
    Fork(usize, u8, u8),
    Title(usize, u8, u8),
    Status(usize, u8, u8),
    Tag(usize, u8, u8),
    Untag(usize, u8, u8),
    Context(usize, u8, u8),
    Unknown(usize, u8, u8),
    Archive(usize, u8),
    Unarchive(usize, u8),
    Delete(usize, u8),
    Corrupt(usize, u8, u8),
    Newer(usize, u8, u8),
    Odd(usize, u8, u8),
    Pull(usize, usize, bool),
}

const REPLICAS: usize = 4;
const SESSIONS: u8 = 4;

fn step() -> impl Strategy<Value = Step> {
    let (who, which, what) = (0..REPLICAS, 0..SESSIONS, 0..3u8);
    prop_oneof![
        2 => (who.clone(), which.clone()).prop_map(|(r, n)| Step::Create(r, n)),
        1 => (who.clone(), which.clone(), which.clone()).prop_map(|(r, n, p)| Step::Fork(r, n, p)),
        3 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Title(r, n, v)),
        2 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Status(r, n, v)),
        2 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Tag(r, n, v)),
        1 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Untag(r, n, v)),
        2 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Context(r, n, v)),
        1 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Unknown(r, n, v)),
        1 => (who.clone(), which.clone()).prop_map(|(r, n)| Step::Archive(r, n)),
        1 => (who.clone(), which.clone()).prop_map(|(r, n)| Step::Unarchive(r, n)),
        1 => (who.clone(), which.clone()).prop_map(|(r, n)| Step::Delete(r, n)),
        1 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Corrupt(r, n, v)),
        1 => (who.clone(), which.clone(), what.clone()).prop_map(|(r, n, v)| Step::Newer(r, n, v)),
        3 => (who.clone(), 0..10u8, what).prop_map(|(r, n, v)| Step::Odd(r, n, v)),
        6 => (who.clone(), who, any::<bool>()).prop_map(|(a, b, push)| Step::Pull(a, b, push)),
    ]
}

/// What happened so far, to be asked at the end.
#[derive(Default)]
struct Record {
    events: BTreeSet<Oid>,
    created: BTreeSet<u8>,
    deleted: BTreeSet<u8>,
    unarchived: BTreeSet<u8>,
    archived: BTreeSet<u8>,
    newer: BTreeSet<u8>,
    corrupted: BTreeSet<u8>,
}

impl Record {
    /// Does one step where it can be done, and says nothing where it cannot.
    fn play(&mut self, world: &World, replicas: &[Store], step: &Step) {
        let (at, done) = match *step {
            Step::Create(r, n) => (r, self.create(&replicas[r], n, None)),
            Step::Fork(r, n, parent) => {
                let event = replicas[r].snapshot().unwrap().last_event(id(parent)).unwrap();
                (r, event.is_some_and(|event| self.create(&replicas[r], n, Some(event))))
            }
            Step::Title(r, n, v) => (r, update(&replicas[r], n, |s| s.title = format!("t{v}"))),
            Step::Status(r, n, v) => {
                let to = &SessionStatus::ALL[usize::from(v)];
                (r, update(&replicas[r], n, |s| s.status = to.clone()))
            }
            Step::Tag(r, n, v) => (r, update(&replicas[r], n, |s| s.add_tag(&format!("tag{v}")))),
            Step::Untag(r, n, v) => {
                (r, update(&replicas[r], n, |s| s.tags.retain(|tag| *tag != format!("tag{v}"))))
            }
            Step::Context(r, n, v) => {
                let key = format!("k{v}");
                (r, update(&replicas[r], n, |s| drop(s.context.insert(&*key, r as u64))))
            }
            Step::Unknown(r, n, v) => {
                let key = format!("future{v}");
                (r, update(&replicas[r], n, |s| drop(s.extra.insert(&*key, r as u64))))
            }
            Step::Archive(r, n) => {
                let done = replicas[r].archive(id(n)).is_ok_and(|event| event.is_some());
                self.archived.extend(done.then_some(n));
                (r, done)
            }
            Step::Unarchive(r, n) => {
                let done = replicas[r].unarchive(id(n)).is_ok_and(|event| event.is_some());
                self.unarchived.extend(done.then_some(n));
                (r, done)
            }
            Step::Delete(r, n) => {
                let done = replicas[r].delete(id(n)).is_ok_and(|event| event.is_some());
                self.deleted.extend(done.then_some(n));
                (r, done)
            }
            Step::Corrupt(r, n, v) => {
                let shelf = found_at(&replicas[r], n);
                let bytes = format!("\tcorrupt {v}");
                if let Some(shelf) = shelf {
                    put(&replicas[r], &place(shelf, n), Some(bytes.as_bytes()));
                }
                self.corrupted.extend(shelf.map(|_| n));
                (r, shelf.is_some())
            }
            Step::Newer(r, n, v) => {
                let shelf = found_at(&replicas[r], n);
                if let Some(shelf) = shelf {
                    put(&replicas[r], &place(shelf, n), Some(newer(v).as_bytes()));
                }
                self.newer.extend(shelf.map(|_| n));
                (r, shelf.is_some())
            }
            Step::Odd(r, n, v) => {
                let is_written = replicas[r].tip().unwrap().is_some();
                if is_written {
                    put_odd(&replicas[r], n, v);
                    // Who does that to a session of their own takes it away themselves.
                    let taken = match usize::from(n).checked_sub(ODD.len()) {
                        Some(_) => Some(n % SESSIONS),
                        None => (usize::from(n) == ODD.len() - 1).then_some(1),
                    };
                    self.deleted.extend(taken);
                }
                (r, is_written)
            }
            Step::Pull(to, from, push) => {
                if let (Some(ours), Some(theirs)) =
                    (replicas[to].tip().unwrap(), replicas[from].tip().unwrap())
                {
                    let (a, b) = (world.at(&ours, "ours"), world.at(&theirs, "theirs"));
                    merged(world, &a, &b);
                }
                if let Some(theirs) = replicas[from].tip().unwrap() {
                    let mode = if push { MergeMode::FastForward } else { MergeMode::Converge };
                    replicas[to].merge_tip(&theirs, mode, Histories::Any).unwrap();
                }
                return;
            }
        };
        if done {
            self.events.insert(tip(&replicas[at]));
        }
    }

    fn create(&mut self, store: &Store, n: u8, parent: Option<Oid>) -> bool {
        let created = store.transaction("spawn", |tx| {
            if let Some(parent) = &parent {
                tx.add_parent(parent.clone());
            }
            tx.create(Session::new(id(n), demo(), tx.now()))
        });
        self.created.extend(created.is_ok().then_some(n));
        created.is_ok_and(|committed| committed.event.is_some())
    }
}

/// A record as a program of tomorrow may write it: of two schemas, one of them without a time.
fn newer(v: u8) -> String {
    match v {
        0 => "schema: 2\nupdated_at: 2026-11-20T17:20:32.253Z\nfuture: [0]\n".to_owned(),
        1 => "schema: 2\nupdated_at: 2026-11-20T17:20:33.253Z\nfuture: {1: x}\n".to_owned(),
        _ => "schema: 3\nwhen: now\n".to_owned(),
    }
}

/// Places where something else than a record may lie; the last one is a folder of records.
const ODD: [&str; 5] = ["README", "labels/x", "labels", "archive/-x/y", "archive/demo/01"];

/// Puts what is no record at some place, or takes it away.
fn put_odd(store: &Store, n: u8, v: u8) {
    let path = match ODD.get(usize::from(n)) {
        Some(path) => (*path).to_owned(),
        None => place(Shelf::Active, n % SESSIONS).to_string(),
    };
    let id = gix_id(&blob(store, &[v]));
    let kind = if v == 1 { EntryKind::BlobExecutable } else { EntryKind::Link };
    put_at(store, &path, (v > 0).then_some((kind, id)));
}

fn update(store: &Store, n: u8, change: impl Fn(&mut Session)) -> bool {
    store.update(id(n), "set", |s| change(s)).is_ok_and(|committed| committed.event.is_some())
}

fn found_at(store: &Store, n: u8) -> Option<Shelf> {
    store.snapshot().unwrap().find(id(n)).unwrap().map(|entry| entry.location.shelf)
}

/// Lets everybody pull from everybody, in some order, until nothing moves; returns how often.
fn settle(replicas: &[Store], order: &[(usize, usize)]) -> usize {
    for round in 0..12 {
        let before: Vec<_> = replicas.iter().map(|store| store.tip().unwrap()).collect();
        for (to, from) in order {
            if let Some(theirs) = replicas[*from].tip().unwrap() {
                replicas[*to].merge_tip(&theirs, MergeMode::Converge, Histories::Any).unwrap();
            }
        }
        let after: Vec<_> = replicas.iter().map(|store| store.tip().unwrap()).collect();
        if before == after {
            return round;
        }
    }
    panic!("the replicas do not come to rest");
}

fn pairs() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let all = (0..REPLICAS).flat_map(|a| (0..REPLICAS).map(move |b| (a, b)));
    Just(all.filter(|(a, b)| a != b).collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn all_replicas_end_with_the_same_commit(
        steps in prop::collection::vec(step(), 1..40),
        order in pairs(),
        years in prop::collection::vec(-1i64..=1, REPLICAS),
    ) {
        let world = World::new();
        let replicas: Vec<_> = years.iter().enumerate()
            .map(|(n, years)| world.replica(&n.to_string(), years * YEAR))
            .collect();
        let mut record = Record::default();
        for step in &steps {
            record.play(&world, &replicas, step);
        }
        if record.events.is_empty() {
            return Ok(());
        }
        let rounds = settle(&replicas, &order);
        prop_assert!(rounds <= 3, "{rounds} rounds");
        let end = tip(&replicas[0]);
        for store in &replicas {
            prop_assert_eq!(tip(store), end.clone());
        }
        for event in &record.events {
            prop_assert!(replicas[0].contains_event(&end, event).unwrap(), "{} is lost", event);
        }
        for n in record.created.difference(&record.deleted) {
            prop_assert!(found(&replicas[0], &end, *n).is_some(), "session {n} vanished");
        }
        let untouched = |n: &&u8| !record.deleted.contains(n) && !record.corrupted.contains(n);
        for n in record.newer.iter().filter(untouched) {
            let found = found(&replicas[0], &end, *n);
            let newer = (0..3).map(|v| blob(&replicas[0], newer(v).as_bytes()));
            prop_assert!(
                newer.into_iter().any(|blob| found.as_ref().is_some_and(|(_, at)| *at == blob)),
                "the newer record of session {} was lost", n
            );
        }
        let put_away = record.archived.iter().filter(|n| !record.unarchived.contains(n));
        for n in put_away.filter(|n| !record.deleted.contains(n)) {
            let shelf = found(&replicas[0], &end, *n).map(|(shelf, _)| shelf);
            prop_assert_eq!(shelf, Some(Shelf::Archived), "session {}", n);
        }
    }

    #[test]
    fn what_one_side_alone_changed_is_in_the_result(
        ours in prop::collection::vec((0..6u8, 0..2u8), 1..12),
        theirs in prop::collection::vec((0..6u8, 0..2u8), 1..12),
    ) {
        let world = World::new();
        let a = world.replica("a", 0);
        (0..6).for_each(|n| create(&a, n));
        let b = world.copy(&a, "b");
        for (n, v) in &ours {
            edit(&a, *n, |s| s.title = format!("title {v}"));
            edit(&a, *n, |s| drop(s.extra.insert(format!("ours{v}"), 1)));
        }
        for (n, v) in &theirs {
            edit(&b, *n, |s| s.branch = Some(format!("branch{v}")));
            edit(&b, *n, |s| drop(s.extra.insert(format!("theirs{v}"), 1)));
        }
        let both = merged(&world, &a, &b);
        for n in 0..6 {
            let read = |store: &Store| store.snapshot().unwrap().session(id(n)).unwrap();
            let (ours, theirs) = (read(&a), read(&b));
            let result = session(&a, &both, n).unwrap();
            prop_assert_eq!(&result.title, &ours.title);
            prop_assert_eq!(&result.branch, &theirs.branch);
            prop_assert_eq!(result.extra.len(), ours.extra.len() + theirs.extra.len());
        }
    }
}

/// Bytes that are nearly a record, or nothing of the kind.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop::sample::select(vec![
        "id: 01010101-0101-0101-0101-010101010101\n",
        "id: 02020202-0202-0202-0202-020202020202\n",
        "schema: 2\n",
        "project_id: demo\n",
        "title: a title\n",
        "tags: [a, b]\n",
        "tags: {a: b}\n",
        "context: {? [x]: !t y, n: .nan}\n",
        "placements: {x: 1}\n",
        "updated_at: never\n",
        "updated_at: 2026-11-20T17:20:32.253Z\n",
        "fork: {session: x}\n",
        "a: &a [1, 2]\nb: *a\n",
        "\u{feff}",
        "--- \n",
        "\t",
    ]);
    prop_oneof![
        3 => prop::collection::vec(lines, 0..8).prop_map(|lines| lines.concat().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_others_write_merges_to_the_same(
        base in prop::option::of(bytes()),
        ours in prop::option::of(bytes()),
        theirs in prop::option::of(bytes()),
    ) {
        let world = World::new();
        let a = world.replica("a", 0);
        create(&a, 9);
        put(&a, &place(Shelf::Active, 1), base.as_deref());
        let b = world.copy(&a, "b");
        put(&a, &place(Shelf::Active, 1), ours.as_deref());
        create(&a, 7);
        put(&b, &place(Shelf::Active, 1), theirs.as_deref());
        let both = merged(&world, &a, &b);
        let kept = found(&a, &both, 1);
        prop_assert_eq!(kept.is_some(), match (&base, &ours, &theirs) {
            (_, None, None) => false,
            (base, ours, theirs) if ours.is_none() || theirs.is_none() => {
                ours.as_ref().or(theirs.as_ref()) != base.as_ref()
            }
            _ => true,
        });
    }
}

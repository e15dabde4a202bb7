use std::fs;

use git_ao::git::Repository;
use git_ao::model::{Field, Filter, Handle, SessionStatus};
use git_ao::store::{Context, Query, Store};

use super::measure::in_turn;
use super::stage::{Stage, session};

const ROUNDS: usize = 5;

/// What looks for few sessions among many: with the index in memory, in the file, and none, against
/// the same among 100.
pub fn among_many() {
    let few = Stage::with_sessions(100);
    few.pack();
    for count in [1_000, 10_000] {
        let many = Stage::with_sessions(count);
        many.pack();
        for (what, act) in ACTS {
            for (how, prepare) in STATES {
                let pair = in_turn(
                    ROUNDS,
                    |round| act(&prepare(&many), &many, round),
                    |round| act(&prepare(&few), &few, round),
                );
                pair.report(&format!("{what}, {count}, {how}"), "the same of 100");
            }
        }
    }
}

/// A worker that takes sessions from a queue of many, against one that does so from a queue of 100.
pub fn take() {
    let few = queue(100);
    for count in [1_000, 10_000] {
        let many = queue(count);
        let take = |stage: &Stage| {
            let waiting = Filter::Is(Field::Status, "idle".to_owned());
            let taken = stage.store.take(waiting, "worker").expect("it can be taken");
            assert!(taken.is_some(), "the queue is not empty");
        };
        let pair = in_turn(40, |_| take(&many), |_| take(&few));
        pair.report(&format!("take from {count}"), "take from 100");
    }
}

fn queue(count: usize) -> Stage {
    let idle = |number| {
        let mut session = session(number);
        session.status = SessionStatus::Idle;
        session
    };
    Stage::filled((0..count).map(idle))
}

type Prepare = fn(&Stage) -> Store;

const STATES: [(&str, Prepare); 3] = [
    ("in memory", |stage| stage.store.clone()),
    ("in the file", fresh),
    ("cold", |stage| {
        let _ = fs::remove_file(stage.store.repository().ao_dir().join("index"));
        fresh(stage)
    }),
];

/// The store as a new process has it.
fn fresh(stage: &Stage) -> Store {
    Store::new(Repository::discover(stage.dir.path()).expect("the repository is there"))
}

type Act = fn(&Store, &Stage, usize);

const ACTS: [(&str, Act); 3] = [
    ("list -n 20", |store, _, _| {
        let snapshot = store.snapshot().expect("the store is there");
        assert_eq!(snapshot.query(Query::default().at_most(20)).sessions.len(), 20);
    }),
    ("list --status idle", |store, _, _| {
        let snapshot = store.snapshot().expect("the store is there");
        let idle = Filter::Is(Field::Status, "idle".to_owned());
        assert!(snapshot.query(idle).sessions.is_empty());
    }),
    ("show <branch>", |store, stage, round| {
        let id = stage.ids[(round * 31) % stage.ids.len()];
        let branch = format!("ao/{}-fix-the-flaky-test", id.short());
        let snapshot = store.snapshot().expect("the store is there");
        let found = snapshot.resolve(&Handle::parse(&branch), &Context::default());
        assert_eq!(found.expect("it is found").location.id, id);
    }),
];

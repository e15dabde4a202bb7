//! Concurrency as a law: what was reported as written is there, and readers see whole records.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use git_ao::model::{Session, SessionStatus};
use git_ao::store::{SESSIONS_REF, Shelf, Store};

use crate::support::sessions::{
    assert_whole, count, id, increment, leftovers, session, store, store_in,
};
use crate::support::{Combo, Kind, Refs, Repo, TestEnv, alone, employ, race, worker};

/// How often each writer counts. Git moves a ref of a reftable, and so each time is a process.
fn each(refs: Refs) -> u64 {
    match refs {
        Refs::Files => 200,
        Refs::Reftable => 50,
    }
}

fn add(store: &Store, times: u64) {
    for _ in 0..times {
        store.update(id(0), "count", increment).unwrap();
    }
}

/// Both forms of ref storage, each with commands in the main worktree.
fn storages() -> Vec<Combo> {
    let all = [Refs::Files, Refs::Reftable].map(|refs| Combo { refs, ..Combo::PLAIN });
    all.into_iter().filter(|c| c.refs == Refs::Files || Refs::can_be_chosen()).collect()
}

fn counter(combo: Combo) -> Repo {
    let repo = TestEnv::new().repo(combo);
    store(&repo).create(&session(0, "Count")).unwrap();
    repo
}

fn assert_count(repo: &Repo, wanted: u64) {
    let found = store(repo).snapshot().unwrap().session(id(0)).unwrap();
    assert_eq!(count(&found), wanted);
    assert_eq!(repo.git(["rev-list", "--count", SESSIONS_REF]).trim(), (wanted + 1).to_string());
    assert_whole(repo);
    assert_eq!(leftovers(repo), [""; 0]);
}

#[test]
fn two_threads_lose_no_increment() {
    alone(|| {
        for combo in storages() {
            let (repo, each) = (counter(combo), each(combo.refs));
            let start = std::sync::Barrier::new(2);
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        let store = store(&repo);
                        start.wait();
                        add(&store, each);
                    });
                }
            });
            assert_count(&repo, 2 * each);
        }
    });
}

#[test]
fn threads_share_one_store() {
    alone(|| {
        let repo = counter(Combo::PLAIN);
        let shared = store(&repo);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let mine = shared.clone();
                scope.spawn(move || add(&mine, 25));
            }
        });
        assert_count(&repo, 100);
    });
}

#[test]
fn worker_adds() {
    worker(|args| add(&store_in(Path::new(".")), args[0].parse().unwrap()));
}

#[test]
fn two_processes_in_two_worktrees_lose_no_increment() {
    alone(|| {
        for combo in storages() {
            let repo = counter(Combo { kind: Kind::Linked, ..combo });
            let (main, each) = (repo.within("../demo"), each(combo.refs));
            let ends = race(2, |n| {
                let dir = if n == 0 { repo.dir() } else { main.dir() };
                employ(repo.env(), dir, worker_adds, &[&each.to_string()])
            });
            ends.into_iter().for_each(|end| drop(end.ok()));
            assert_count(&repo, 2 * each);
        }
    });
}

#[test]
fn worker_creates() {
    worker(|args| {
        let store = store_in(Path::new("."));
        let [first, count] = [0, 1].map(|n| args[n].parse::<u64>().unwrap());
        for n in first..first + count {
            store.create(&session(n, "One of many")).unwrap();
        }
    });
}

/// Runs a command of git again and again, at least once, until `done`. Git's own chores get in each
/// other's way, so it may fail now and then; returns how often it did not.
fn repeat(repo: &Repo, args: &[&str], done: &AtomicBool) -> usize {
    let mut good = 0;
    loop {
        good += usize::from(repo.git_result(args).status == 0);
        if done.load(Ordering::Acquire) && good > 0 {
            return good;
        }
    }
}

#[test]
fn thirty_two_processes_beside_gits_own_chores() {
    alone(|| {
        for combo in storages() {
            let (repo, each) = (counter(combo), each(combo.refs) / 20);
            let all = 32 * each;
            let done = AtomicBool::new(false);
            std::thread::scope(|scope| {
                // Not 'repack -ad' or 'gc --prune=now' too: they drop what no ref names yet, and git
                // warns of them while others write.
                let chores: [&[&str]; 2] = [&["pack-refs", "--all"], &["gc", "-q"]];
                for chore in chores {
                    scope.spawn(|| repeat(&repo, chore, &done));
                }
                let ends = race(32, |n| {
                    let first = (1 + each * n as u64).to_string();
                    employ(repo.env(), repo.dir(), worker_creates, &[&first, &each.to_string()])
                });
                done.store(true, Ordering::Release);
                ends.into_iter().for_each(|end| drop(end.ok().stderr_is("")));
            });

            let store = store(&repo);
            let snapshot = store.snapshot().unwrap();
            assert_eq!(snapshot.count(Shelf::Active).unwrap() as u64, all + 1, "{combo}");
            (0..=all).for_each(|n| drop(snapshot.session(id(n)).unwrap()));
            assert_eq!(
                repo.git(["rev-list", "--count", SESSIONS_REF]).trim(),
                (all + 1).to_string()
            );
            repo.git(["gc", "--prune=now", "-q"]);
            assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap() as u64, all + 1);
            assert_whole(&repo);
        }
    });
}

#[test]
fn a_reader_never_sees_a_missing_or_torn_record() {
    alone(|| {
        for combo in storages() {
            let (repo, each) = (counter(combo), each(combo.refs) / 2);
            let grow = |s: &mut Session| {
                increment(s);
                s.title = format!("Count {}", count(s));
            };
            store(&repo).update(id(0), "count", |s| s.title = "Count 0".into()).unwrap();
            let done = AtomicBool::new(false);
            let rounds = std::thread::scope(|scope| {
                let reader = scope.spawn(|| {
                    let store = store(&repo);
                    let (mut last, mut rounds) = (0, 0);
                    while !done.load(Ordering::Acquire) || rounds == 0 {
                        let snapshot = store.snapshot().unwrap();
                        let found = snapshot.session(id(0)).unwrap();
                        assert!(count(&found) >= last, "{} after {last}", count(&found));
                        assert_eq!(found.title, format!("Count {}", count(&found)).as_str());
                        let all = snapshot.list(Shelf::Active).unwrap();
                        assert!(all.iter().all(|listed| listed.session.is_ok()), "{all:?}");
                        last = count(&found);
                        rounds += 1;
                    }
                    rounds
                });
                for chore in [&["pack-refs", "--all"], &["repack", "-adq"]] {
                    scope.spawn(|| repeat(&repo, chore, &done));
                }
                let writers = [0, 1].map(|_| {
                    scope.spawn(|| {
                        let store = store(&repo);
                        (0..each).for_each(|_| drop(store.update(id(0), "count", grow).unwrap()));
                    })
                });
                let ends = writers.map(|writer| writer.join());
                done.store(true, Ordering::Release);
                ends.into_iter().for_each(Result::unwrap);
                reader.join().unwrap()
            });
            assert!(rounds > 0);
            assert_eq!(count(&store(&repo).snapshot().unwrap().session(id(0)).unwrap()), 2 * each);
            assert_whole(&repo);
        }
    });
}

#[test]
fn worker_sets_fields() {
    worker(|args| {
        let store = store_in(Path::new("."));
        for n in 0..50 {
            let change = |s: &mut Session| match args[0] {
                "title" => s.title = format!("title {n}"),
                "tag" => s.add_tag(&format!("tag-{n}")),
                "context" => drop(s.context.insert(format!("key {n}"), "value")),
                _ => s.status_reason = Some(format!("reason {n}")),
            };
            store.update(id(0), "set", change).unwrap();
        }
    });
}

#[test]
fn field_updates_of_several_writers_all_survive() {
    alone(|| {
        for combo in storages() {
            let repo = counter(combo);
            let fields = ["title", "tag", "context", "reason"];
            let ends = race(fields.len(), |n| {
                employ(repo.env(), repo.dir(), worker_sets_fields, &[fields[n]])
            });
            ends.into_iter().for_each(|end| drop(end.ok()));
            let found = store(&repo).snapshot().unwrap().session(id(0)).unwrap();
            assert_eq!(found.title, "title 49");
            assert_eq!(found.status_reason.as_deref(), Some("reason 49"));
            assert_eq!((found.tags.len(), found.context.len()), (50, 50));
            assert_eq!(found.status, SessionStatus::Spawning);
        }
    });
}

#[test]
fn writers_that_do_not_know_the_lock_are_not_overwritten() {
    alone(|| {
        for combo in storages() {
            let repo = counter(combo);
            let mut runs = 0;
            let committed = store(&repo).update(id(0), "count", |s| {
                runs += 1;
                if runs == 1 {
                    // Git moves the ref between our reading and our writing.
                    let tree = format!("{SESSIONS_REF}^{{tree}}");
                    let parent = repo.git(["rev-parse", SESSIONS_REF]);
                    let commit = ["commit-tree", "-m", "by hand", "-p", parent.trim(), &tree];
                    let commit = repo.git(commit);
                    repo.git(["update-ref", SESSIONS_REF, commit.trim(), parent.trim()]);
                }
                increment(s);
            });
            committed.unwrap();
            assert_eq!(runs, 2, "{combo}");
            let log = repo.git(["log", "--format=%s", SESSIONS_REF]);
            assert_eq!(log.lines().nth(1), Some("by hand"));
            assert_eq!(log.lines().count(), 3);
            assert_eq!(count(&store(&repo).snapshot().unwrap().session(id(0)).unwrap()), 1);
        }
    });
}

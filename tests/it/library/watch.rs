//! Watching a store by its refs.

use std::fs;
use std::time::{Duration, Instant};

use git_ao::model::SessionStatus;
use git_ao::store::{PRIVATE_REF, SESSIONS_REF, Store, Tips, Visibility, Watch};

use crate::support::sessions::{id, session, store, store_in};
use crate::support::{Combo, Refs, Repo, TestEnv, employ, strace, worker};

const MINUTE: Duration = Duration::from_secs(60);

/// The operations that the next look tells of; None if there are none.
#[track_caller]
fn look(watch: &mut Watch) -> Option<(Vec<String>, bool)> {
    let changes = watch.poll().unwrap()?;
    Some((changes.events.into_iter().map(|it| it.message.op).collect(), changes.is_rewritten))
}

fn told(ops: &[&str]) -> Option<(Vec<String>, bool)> {
    Some((ops.iter().map(|op| (*op).to_owned()).collect(), false))
}

fn kinds() -> Vec<Repo> {
    let mut kinds = vec![Repo::new()];
    if Refs::can_be_chosen() {
        kinds.push(TestEnv::new().repo(Combo { refs: Refs::Reftable, ..Combo::PLAIN }));
    }
    kinds
}

#[test]
fn whatever_happens_to_the_ref_is_told_once() {
    for repo in kinds() {
        let store = store(&repo);
        let mut watch = store.watch(Tips::default());
        assert_eq!(look(&mut watch), None, "a store that was not written yet");
        store.create(&session(1, "One")).unwrap();
        store.create(&session(2, "Two")).unwrap();
        assert_eq!(look(&mut watch), told(&["spawn", "spawn"]));
        assert_eq!(look(&mut watch), None);
        repo.git(["pack-refs", "--all"]);
        assert_eq!(look(&mut watch), None, "packed refs are the same refs");
        store.archive(id(1)).unwrap();
        assert_eq!(look(&mut watch), told(&["archive"]));
        store.unarchive(id(1)).unwrap();
        repo.git(["pack-refs", "--all"]);
        assert_eq!(look(&mut watch), told(&["unarchive"]), "packed before it was seen");
        assert_eq!(look(&mut watch), None);
        let tip = store.tip().unwrap().unwrap();
        // Another program deletes the ref, and makes it again.
        repo.git(["update-ref", "-d", SESSIONS_REF]);
        assert_eq!(look(&mut watch), Some((vec![], true)));
        assert_eq!(look(&mut watch), None);
        repo.git(["update-ref", SESSIONS_REF, tip.as_str()]);
        assert_eq!(look(&mut watch).unwrap().0.len(), 4);
        repo.git(["update-ref", SESSIONS_REF, &format!("{tip}~2")]);
        assert_eq!(look(&mut watch), Some((vec![], true)), "a reset");
        repo.git(["update-ref", "-d", SESSIONS_REF]);
        store.create(&session(9, "Nine")).unwrap();
        assert_eq!(look(&mut watch), Some((vec!["spawn".into()], true)), "at once");
        assert_eq!(watch.tips(), &store.newest().unwrap());
    }
}

#[test]
fn private_events_are_seen_too() {
    for repo in kinds() {
        let both = store(&repo).with_private();
        let mut watch = both.watch(both.newest().unwrap());
        both.transaction("spawn", |tx| tx.create_as(session(1, "Secret"), Visibility::Private))
            .unwrap();
        assert_eq!(look(&mut watch), told(&["spawn"]));
        repo.git(["pack-refs", "--all"]);
        assert_eq!(look(&mut watch), None);
        both.update(id(1), "title", |it| it.title = "More".into()).unwrap();
        both.create(&session(2, "Open")).unwrap();
        let (mut ops, _) = look(&mut watch).unwrap();
        ops.sort();
        assert_eq!(ops, ["spawn", "title"]);
        repo.git(["update-ref", "-d", PRIVATE_REF]);
        assert_eq!(look(&mut watch), Some((vec![], true)));
    }
}

#[test]
fn a_waiting_reader_hears_of_each_write_of_another_process() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let mut watch = store.watch(store.newest().unwrap()).every(Duration::from_millis(5));
    assert!(watch.next_timeout(Duration::ZERO).unwrap().is_none());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1..=10 {
                repo.ao(["set", &id(1).to_string(), &format!("title=Title {n}")]).ok();
            }
        });
        let (mut heard, start) = (0, Instant::now());
        while heard < 10 {
            assert!(start.elapsed() < MINUTE, "heard of {heard} writes of 10 within a minute");
            heard += watch.next_timeout(MINUTE).unwrap().map_or(0, |it| it.events.len());
        }
        assert_eq!(heard, 10);
    });
    store.update(id(1), "end", |it| it.status = SessionStatus::Done).unwrap();
    let next = watch.next().unwrap().unwrap();
    assert_eq!(next.events[0].message.op, "end");
}

#[test]
fn an_unreadable_ref_is_an_error_and_the_watch_goes_on() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let mut watch = store.watch(store.newest().unwrap());
    let file = repo.common_dir().join(SESSIONS_REF);
    let tip = fs::read(&file).unwrap();
    fs::write(&file, "").unwrap();
    assert!(watch.poll().is_err() && watch.poll().is_err());
    fs::write(&file, tip).unwrap();
    assert_eq!(look(&mut watch), None);
    store.archive(id(1)).unwrap();
    assert_eq!(look(&mut watch), told(&["archive"]));
}

/// Looks a hundred times, between two marks that strace shows.
#[test]
fn worker_looks() {
    worker(|_| {
        let store: Store = store_in(&std::env::current_dir().unwrap());
        let mut watch = store.watch(store.newest().unwrap());
        watch.poll().unwrap();
        let _ = fs::metadata("/begin-to-look");
        (0..100).for_each(|_| assert!(watch.poll().unwrap().is_none()));
        let _ = fs::metadata("/stop-looking");
    });
}

#[test]
fn an_idle_look_reads_one_small_file() {
    let repos = kinds();
    for repo in &repos {
        store(repo).create(&session(1, "One")).unwrap();
        // Everything else that is packed is no matter.
        let trace = repo.env().path("trace");
        let quiet = ["-f", "-qq", "-o", trace.to_str().unwrap()];
        let run = employ(repo.env(), repo.dir(), worker_looks, &["go"]);
        let Some(probe) = strace(&run, &["-f"]) else { return };
        drop(probe);
        run.under("strace", quiet).run().ok();
        let calls = fs::read_to_string(&trace).unwrap();
        let (_, looks) = calls.split_once("/begin-to-look").unwrap();
        let (looks, _) = looks.split_once("/stop-looking").unwrap();
        let count = |name: &str| looks.lines().filter(|line| line.contains(name)).count();
        let opened = count("openat(");
        let all = looks.lines().count();
        assert_eq!(opened, 100, "one file a look\n{looks}");
        assert!(all <= 600, "{all} system calls in 100 looks\n{looks}");
        assert_eq!(count("execve("), 0, "{looks}");
    }
}

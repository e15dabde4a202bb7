//! What a process may lack, and what its clock may do.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use git_ao::git::{Environment, GitError, Identity};
use git_ao::ledger::Clock;
use git_ao::model::{Timestamp, error_chain};
use git_ao::store::{SESSIONS_REF, Shelf, Store};

use crate::support::sessions::{count, id, increment, session};
use crate::support::{Combo, Refs, Repo, TestEnv, employ, skipped, worker};

fn written(store: &Store) -> u64 {
    count(&store.snapshot().unwrap().session(id(0)).unwrap())
}

#[test]
fn without_home_or_path_it_reads_and_writes() {
    let repo = Repo::new();
    let nowhere = Environment::empty().with("PATH", "/nowhere");
    for environment in [Environment::empty(), nowhere, Environment::empty().with("HOME", "/none")] {
        let store = Store::open(repo.dir(), environment).unwrap();
        let n = store.snapshot().unwrap().count(Shelf::Active).unwrap() as u64;
        store.create(&session(n, "New")).unwrap();
        store.update(id(n), "count", increment).unwrap();
        assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap() as u64, n + 1);
    }
    assert_eq!(repo.git(["fsck"]), "");
}

#[test]
fn without_git_what_needs_it_says_so() {
    if !Refs::can_be_chosen() {
        return skipped("this git has no reftables");
    }
    let repo = TestEnv::new().repo(Combo { refs: Refs::Reftable, ..Combo::PLAIN });
    let nowhere = Environment::empty().with("PATH", "/nowhere");
    let store = Store::open(repo.dir(), nowhere).unwrap();
    let error = store.create(&session(0, "New")).unwrap_err();
    assert!(error_chain(&error).contains("cannot run 'git"), "{}", error_chain(&error));
    repo.git_result(["rev-parse", "--verify", "-q", SESSIONS_REF]).code(1);
}

#[test]
fn worker_without_a_directory() {
    worker(|args| {
        let path = Path::new(args[0]);
        let store = Store::open(path, Environment::inherited()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::env::set_current_dir(dir.path()).unwrap();
        drop(dir);
        assert!(std::env::current_dir().is_err());
        store.create(&session(0, "New")).unwrap();
        store.update(id(0), "count", increment).unwrap();
        assert_eq!(written(&store), 1);
        let git = store.repository().git("config").args(["ao.agent", "later"]);
        git.run().unwrap();
        assert_eq!(store.repository().settings().agent().as_deref(), Some("later"));
        // No other store can be opened.
        for path in [path, Path::new("demo")] {
            let error = Store::open(path, Environment::inherited()).unwrap_err();
            let text = error_chain(&error);
            assert!(text.contains("cannot determine the current directory"), "{text}");
        }
    });
}

#[test]
fn without_a_working_directory_it_reads_and_writes() {
    let repo = Repo::new();
    let dir = repo.dir().to_str().unwrap();
    employ(repo.env(), &repo.env().root(), worker_without_a_directory, &[dir]).run().ok();
    assert_eq!(repo.git(["rev-list", "--count", SESSIONS_REF]).trim(), "2");
}

#[test]
fn a_clock_that_goes_back_reorders_nothing() {
    let repo = Repo::new();
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let time = now.clone();
    let store = Store::open(repo.dir(), repo.env().environment()).unwrap();
    let clock = Clock::new(move || Timestamp::from_millis(time.load(Ordering::SeqCst)));
    let store = store.with_clock(clock);
    store.create(&session(0, "Count")).unwrap();
    // By a little, by so much that the times of before cannot be true, and forward again.
    let backs = [0, 1, 60_000, 86_400_000, 1_800_000_000_000, -1];
    for (n, back) in backs.into_iter().enumerate() {
        now.store(1_800_000_000_000 - back, Ordering::SeqCst);
        store.update(id(0), &format!("count-{n}"), increment).unwrap();
        assert_eq!(written(&store), n as u64 + 1);
    }
    let snapshot = store.snapshot().unwrap();
    let updated = snapshot.session(id(0)).unwrap().updated_at;
    assert!(updated >= Timestamp::from_millis(1_800_000_000_001), "{updated}");
    let verbs = snapshot.events(Default::default()).map(|event| event.unwrap().message.op);
    let wanted = ["count-5", "count-4", "count-3", "count-2", "count-1", "count-0", "spawn"];
    assert_eq!(verbs.collect::<Vec<_>>(), wanted);
}

#[test]
fn an_identity_is_a_value() {
    let repo = Repo::new();
    let store = Store::open(repo.dir(), repo.env().environment()).unwrap();
    let people = || {
        let people = repo.git(["log", "-1", "--format=%an <%ae> %cn <%ce>", SESSIONS_REF]);
        people.trim().to_owned()
    };
    store.create(&session(0, "Count")).unwrap();
    assert_eq!(people(), "Ann Author <ann@example.com> Col Committer <col@example.com>");
    for (name, email) in [("Robot One", "one@example.com"), ("Robot Two", "")] {
        let own = store.clone().with_identity(Identity::new(name, email).unwrap());
        own.update(id(0), "count", increment).unwrap();
        assert_eq!(people(), format!("{name} <{email}> {name} <{email}>"));
        let log = repo.git(["log", "-g", "-1", "--format=%gn <%ge>", SESSIONS_REF]);
        assert_eq!(log.trim(), format!("{name} <{email}>"));
    }
    // The other handle keeps its own.
    store.update(id(0), "count", increment).unwrap();
    assert!(people().starts_with("Ann Author"));
    for bad in ["", " ", ",;"] {
        let error = Identity::new(bad, "x@y").unwrap_err();
        assert!(matches!(error, GitError::NoName(_) | GitError::OddName(_)), "{bad:?}: {error}");
    }
    for bad in ["A <b>", "A\nB", "A\0B", "A\u{1b}[2J", "A\u{9b}2J"] {
        for identity in [Identity::new(bad, "x@y"), Identity::new("A", bad)] {
            assert!(matches!(identity, Err(GitError::BadPerson(_))), "{bad:?}");
        }
    }
}

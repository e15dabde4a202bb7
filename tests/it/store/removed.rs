//! A store that is open while something happens to its repository.

use std::fs;

use git_ao::git::RepositoryError;
use git_ao::ledger::LedgerError;
use git_ao::model::ErrorKind;
use git_ao::store::{Shelf, Store, StoreError};

use crate::support::sessions::{id, increment, session};
use crate::support::{Combo, Refs, Repo, TestEnv};

fn filled(repo: &Repo) -> Store {
    let store = Store::open(repo.dir(), repo.env().environment()).unwrap();
    store.create(&session(0, "Count")).unwrap();
    store
}

/// Every way to read or write fails with the same error.
fn reason(store: &Store) -> RepositoryError {
    let of = |error| match error {
        StoreError::Ledger(LedgerError::Repository(error)) => error,
        error => panic!("{error:?}"),
    };
    of(store.create(&session(9, "New")).unwrap_err());
    of(store.take(&git_ao::model::Filter::All, "x").unwrap_err());
    of(store.update(id(0), "count", increment).unwrap_err());
    of(store.snapshot().map(|_| ()).unwrap_err())
}

#[test]
fn one_that_was_removed_is_not_made_again() {
    let repo = Repo::new();
    let store = filled(&repo);
    let path = repo.common_dir();
    fs::remove_dir_all(&path).unwrap();
    assert!(matches!(reason(&store), RepositoryError::Gone(_)));
    // No ref is not an empty store.
    let error = store.tip().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotARepository);
    assert!(store.is_unwritten().is_err());
    assert!(error.to_string().contains("no longer exists"), "{error}");
    assert!(!path.exists());
    fs::remove_dir_all(repo.dir()).unwrap();
    assert!(matches!(reason(&store), RepositoryError::Gone(_)));
    assert!(!repo.dir().exists());
}

#[test]
fn another_one_at_its_path_is_left_alone() {
    let repo = Repo::new();
    let store = filled(&repo);
    let path = repo.common_dir();
    let aside = repo.env().path("aside");
    // With the same inode, if the file system gives it again.
    fs::remove_dir_all(&path).unwrap();
    repo.git(["init", "-q"]);
    assert!(matches!(reason(&store), RepositoryError::Replaced(_)));
    assert!(store.tip().is_err());
    // With a store of its own.
    let other = Store::open(repo.dir(), repo.env().environment()).unwrap();
    other.create(&session(5, "Somebody else's")).unwrap();
    let tip = other.tip().unwrap();
    assert!(matches!(reason(&store), RepositoryError::Replaced(_)));
    assert_eq!(other.tip().unwrap(), tip);
    assert_eq!(other.snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
    // A copy of it is another repository, too.
    let copied = repo.env().run(&repo.env().root(), "cp", ["-a", path.to_str().unwrap(), "aside"]);
    copied.run().ok();
    fs::remove_dir_all(&path).unwrap();
    fs::rename(&aside, &path).unwrap();
    assert!(matches!(reason(&other), RepositoryError::Replaced(_)));
}

#[test]
fn one_that_came_back_is_used_again() {
    let repo = Repo::new();
    let store = filled(&repo);
    let (path, aside) = (repo.common_dir(), repo.env().path("aside"));
    fs::rename(&path, &aside).unwrap();
    assert!(matches!(reason(&store), RepositoryError::Gone(_)));
    fs::rename(&aside, &path).unwrap();
    store.update(id(0), "count", increment).unwrap();
    assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
}

/// The store is that of all worktrees.
#[test]
fn a_worktree_that_was_removed_leaves_the_store() {
    for refs in [Refs::Files, Refs::Reftable] {
        if refs == Refs::Files || Refs::can_be_chosen() {
            without_its_worktree(Combo { refs, ..Combo::LINKED });
        }
    }
}

fn without_its_worktree(combo: Combo) {
    let env = TestEnv::new();
    let repo = env.repo(combo);
    let store = filled(&repo);
    let path = repo.dir().to_str().unwrap().to_owned();
    env.git(&env.path("demo"), ["worktree", "remove", "--force", &path]).run().ok();
    store.update(id(0), "count", increment).unwrap();
    env.git(&env.path("demo"), ["gc", "-q"]).run().ok();
    env.git(&env.path("demo"), ["config", "ao.agent", "later"]).run().ok();
    store.repository().git("config").args(["ao.runtime", "detached"]).run().unwrap();
    assert_eq!(store.repository().settings().agent().as_deref(), Some("later"));
    assert_eq!(store.snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
}

/// What a snapshot holds is read on demand: what is gone is an error, not an empty list.
#[test]
fn a_snapshot_of_a_removed_one_loses_nothing_quietly() {
    let repo = Repo::new();
    filled(&repo);
    let store = Store::open(repo.dir(), repo.env().environment()).unwrap();
    let snapshot = store.snapshot().unwrap();
    fs::remove_dir_all(repo.common_dir()).unwrap();
    assert!(snapshot.session(id(0)).is_err());
}

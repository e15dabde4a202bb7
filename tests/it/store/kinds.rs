//! The kind of an error, by which a program decides what to do.

use std::fs;
use std::time::Duration;

use git_ao::git::Repository;
use git_ao::hook::HookName;
use git_ao::model::{ErrorKind, Filter, Handle, Project, Recovery, SessionId, SessionStatus};
use git_ao::ops::OpsError;
use git_ao::share::Remote;
use git_ao::store::{Context, PRIVATE_REF, SESSIONS_REF, Store, StoreError, UndoError, Visibility};

use crate::support::sessions::{id, increment, path, plant, plant_record, session, store};
use crate::support::{Repo, TestEnv};

/// The kind of an error of the store, which is the same for a verb that fails with it.
#[track_caller]
fn kind(error: StoreError) -> ErrorKind {
    let kind = error.kind();
    assert_eq!(OpsError::from(error).kind(), kind);
    kind
}

#[test]
fn what_is_no_repository_or_a_newer_one_says_so() {
    let env = TestEnv::new();
    let found = |dir| Repository::discover_with(dir, env.environment()).unwrap_err().kind();
    let outside = env.path("outside");
    fs::create_dir(&outside).unwrap();
    assert_eq!(found(&outside), ErrorKind::NotARepository);
    let repo = Repo::new();
    repo.config("core.repositoryFormatVersion", "1");
    repo.config("extensions.madeUp", "true");
    let opened = Repository::discover_with(repo.dir(), repo.env().environment());
    assert_eq!(opened.unwrap_err().kind(), ErrorKind::Newer);
}

#[test]
fn a_request_that_finds_nothing_or_too_much_says_which() {
    let repo = Repo::new();
    let store = store(&repo);
    let handle = |text: &str| {
        let snapshot = store.snapshot().unwrap();
        kind(snapshot.resolve(&Handle::parse(text), &Context::default()).unwrap_err())
    };
    assert_eq!(handle("latest"), ErrorKind::NotFound);
    for n in 0..2 {
        let mut twin = session(n, "Twin");
        twin.branch = Some("twins".to_owned());
        store.create(&twin).unwrap();
    }
    assert_eq!(handle("nothing-like-it"), ErrorKind::NotFound);
    assert_eq!(handle("twins"), ErrorKind::Ambiguous);
    assert_eq!(kind(store.update(id(7), "set", increment).unwrap_err()), ErrorKind::NotFound);
    assert_eq!(kind(store.create(&session(0, "Again")).unwrap_err()), ErrorKind::Exists);
    store.transaction("archive", |tx| tx.archive(id(0))).unwrap();
    assert_eq!(kind(store.update(id(0), "set", increment).unwrap_err()), ErrorKind::Refused);
    assert_eq!(kind(StoreError::InTwoProjects(id(0))), ErrorKind::Ambiguous);
}

#[test]
fn a_contended_store_is_the_only_one_to_try_again() {
    let repo = Repo::new();
    let store = store(&repo).with_patience(Duration::from_millis(50));
    store.create(&session(0, "Count")).unwrap();
    for name in [SESSIONS_REF, PRIVATE_REF] {
        let lock = repo.common_dir().join(format!("{name}.lock"));
        fs::create_dir_all(lock.parent().unwrap()).unwrap();
        fs::write(&lock, "").unwrap();
        let hidden = store
            .clone()
            .with_private()
            .transaction("set", |tx| tx.set_visibility(id(0), Visibility::Private));
        fs::remove_file(&lock).unwrap();
        assert_eq!(kind(hidden.unwrap_err()), ErrorKind::Contended, "{name}");
    }
    let alone = store.transaction("set", |tx| tx.set_visibility(id(0), Visibility::Private));
    assert_eq!(kind(alone.unwrap_err()), ErrorKind::Invalid);
    assert!(ErrorKind::Contended.is_retryable() && ErrorKind::Unavailable.is_retryable());
    assert!(!ErrorKind::Conflict.is_retryable() && !ErrorKind::Corrupt.is_retryable());
}

#[test]
fn a_damaged_store_differs_from_a_newer_one() {
    let repo = Repo::new();
    plant_record(&repo, &path(1), b"not: [a record");
    plant_record(&repo, &path(2), format!("schema: 7\nid: {}\n", id(2)).as_bytes());
    let read = |n| kind(store(&repo).snapshot().unwrap().session(id(n)).unwrap_err());
    assert_eq!(read(1), ErrorKind::Corrupt);
    assert_eq!(read(2), ErrorKind::Newer);

    let repo = Repo::new();
    plant(&repo, &[("100644", "version", "2\n")]);
    assert_eq!(kind(store(&repo).create(&session(0, "Zero")).unwrap_err()), ErrorKind::Newer);
}

#[test]
fn settings_are_the_environment_and_a_missing_event_is_not() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(0, "Zero")).unwrap();
    let remote = Remote::choose(&store, Some("nowhere")).map(drop).unwrap_err();
    assert_eq!(remote.kind(), ErrorKind::NotFound);
    assert_eq!(remote.recovery(), Recovery::FixInput);
    assert_eq!(Remote::choose(&store, None).map(drop).unwrap_err().kind(), ErrorKind::Environment);
    assert_eq!(UndoError::Nothing.kind(), ErrorKind::NotFound);
    repo.config("ao.project", "not/a name");
    let store = Store::discover(repo.dir()).unwrap();
    assert_eq!(
        kind(store.snapshot().unwrap().default_project().unwrap_err()),
        ErrorKind::Environment
    );
}

#[test]
fn a_text_that_cannot_be_read_is_invalid() {
    let kinds = [
        "x".parse::<SessionId>().unwrap_err().kind(),
        "a/b".parse::<Project>().unwrap_err().kind(),
        Filter::parse("status=", session(0, "").created_at).unwrap_err().kind(),
        "x".parse::<git_ao::model::Timestamp>().unwrap_err().kind(),
        "x".parse::<git_ao::runtime::Process>().unwrap_err().kind(),
    ];
    assert!(kinds.iter().all(|kind| *kind == ErrorKind::Invalid), "{kinds:?}");
    assert_eq!("x".parse::<HookName>().unwrap_err().kind(), ErrorKind::NotFound);
    let illegal = SessionStatus::Merged.check_change(&SessionStatus::Working).unwrap_err();
    assert_eq!(illegal.kind(), ErrorKind::Refused);
}

//! From one ref to the other, also with a stop in between.

use git_ao::store::{PRIVATE_REF, SESSIONS_REF, Shelf, StoreError, Visibility};

use super::{both, create_private, places, set_visibility};
use crate::support::Repo;
use crate::support::sessions::{id, session, store};

/// The session as it is found, and how often it is listed.
fn found(repo: &Repo, n: u64) -> (Visibility, usize) {
    let store = both(repo);
    let snapshot = store.snapshot().unwrap();
    let listed = [Shelf::Active, Shelf::Archived].map(|shelf| snapshot.list(shelf).unwrap());
    let times = listed.iter().flatten().filter(|listed| listed.location.id == id(n)).count();
    (snapshot.find(id(n)).unwrap().unwrap().location.visibility, times)
}

/// Changes the visibility as somebody does who is killed between the two refs.
fn stopped(repo: &Repo, second: &str, to: Visibility) {
    let tip = repo.git(["rev-parse", second]);
    both(repo).transaction("set", set_visibility(1, to)).unwrap();
    repo.git(["update-ref", second, tip.trim()]);
}

#[test]
fn a_record_moves_as_it_is() {
    let repo = Repo::new();
    create_private(&repo, &session(1, "One"));
    let record = || both(&repo).snapshot().unwrap().session(id(1)).unwrap();
    let before = record();
    for (to, places_then) in
        [(Visibility::Public, [true, false]), (Visibility::Private, [false, true])]
    {
        let done = both(&repo).transaction("set", set_visibility(1, to)).unwrap();
        assert!(done.value);
        assert_eq!(done.events.len(), 2);
        assert_eq!(places(&repo, 1), places_then);
        assert_eq!(record(), before);
        let done = both(&repo).transaction("set", set_visibility(1, to)).unwrap();
        assert_eq!((done.value, done.event), (false, None));
    }
    both(&repo).archive(id(1)).unwrap();
    both(&repo).transaction("set", set_visibility(1, Visibility::Public)).unwrap();
    let entry = both(&repo);
    let entry = entry.snapshot().unwrap().find(id(1)).unwrap().unwrap();
    assert_eq!(entry.location.shelf, Shelf::Archived);
}

#[test]
fn making_public_that_stops_half_way_loses_nothing() {
    let repo = Repo::new();
    create_private(&repo, &session(1, "One"));
    stopped(&repo, PRIVATE_REF, Visibility::Public);
    assert_eq!(places(&repo, 1), [true, true]);
    assert_eq!(found(&repo, 1), (Visibility::Private, 1));
    let findings = both(&repo).check_all().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].problem.contains("is also private"), "{findings:?}");

    // What is changed now is not published, and putting it away hides it in both.
    both(&repo).update(id(1), "set", |s| s.title = "Secret".to_owned()).unwrap();
    both(&repo).archive(id(1)).unwrap();
    assert_eq!(found(&repo, 1), (Visibility::Private, 1));
    assert_eq!(store(&repo).snapshot().unwrap().session(id(1)).unwrap().title, "One");

    both(&repo).transaction("set", set_visibility(1, Visibility::Public)).unwrap();
    assert_eq!(places(&repo, 1), [true, false]);
    assert_eq!(both(&repo).check_all().unwrap(), []);
    assert_eq!(found(&repo, 1), (Visibility::Public, 1));
    assert_eq!(store(&repo).snapshot().unwrap().session(id(1)).unwrap().title, "Secret");
}

#[test]
fn making_private_that_stops_half_way_loses_nothing() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    stopped(&repo, SESSIONS_REF, Visibility::Private);
    assert_eq!(places(&repo, 1), [true, true]);
    assert_eq!(found(&repo, 1), (Visibility::Private, 1));
    both(&repo).transaction("set", set_visibility(1, Visibility::Private)).unwrap();
    assert_eq!(places(&repo, 1), [false, true]);
}

#[test]
fn what_is_in_both_is_deleted_from_both() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    stopped(&repo, SESSIONS_REF, Visibility::Private);
    both(&repo).delete(id(1)).unwrap();
    assert_eq!(places(&repo, 1), [false, false]);
}

#[test]
fn one_step_goes_one_way() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    create_private(&repo, &session(2, "Two"));
    let tips = || repo.git(["for-each-ref", "refs/ao"]);
    let before = tips();
    let done = both(&repo).transaction("set", |tx| {
        tx.set_visibility(id(1), Visibility::Private)?;
        tx.set_visibility(id(2), Visibility::Public)
    });
    assert!(matches!(done, Err(StoreError::BothWays)));
    assert_eq!(tips(), before);
}

//! Each error tells a program what can be done about it.

use std::fs;
use std::time::Duration;

use git_ao::model::{Handle, Recovery};
use git_ao::ops::OpsError;
use git_ao::store::{Context, SESSIONS_REF, StoreError};

use crate::support::sessions::{chain, id, increment, path, plant, plant_record, session, store};
use crate::support::{Repo, alone};

/// The recovery of an error, which is the same for the verb that fails with it.
#[track_caller]
fn recovery(error: StoreError) -> Recovery {
    let (recovery, chain) = (error.recovery(), chain(&error));
    assert_eq!(OpsError::from(error).recovery(), recovery, "{chain}");
    recovery
}

#[test]
fn a_locked_ref_is_tried_again() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo).with_patience(Duration::from_millis(50));
        store.create(&session(0, "Count")).unwrap();
        let lock = repo.common_dir().join(format!("{SESSIONS_REF}.lock"));
        fs::write(&lock, "").unwrap();
        let error = store.update(id(0), "count", increment).unwrap_err();
        assert_eq!(recovery(error), Recovery::Retry);
        fs::remove_file(&lock).unwrap();
        store.update(id(0), "count", increment).unwrap();
    });
}

#[test]
fn a_bad_handle_is_for_the_caller_to_fix() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let resolve = |text: &str| {
            let snapshot = store.snapshot().unwrap();
            let found = snapshot.resolve(&Handle::parse(text), &Context::default());
            found.map(|entry| entry.location.id)
        };
        assert_eq!(recovery(resolve("latest").unwrap_err()), Recovery::FixInput);
        store.create(&session(0, "Zero")).unwrap();
        assert_eq!(resolve("latest").unwrap(), id(0));
        assert_eq!(recovery(resolve("nothing-like-it").unwrap_err()), Recovery::FixInput);
        assert_eq!(recovery(resolve("@").unwrap_err()), Recovery::FixInput);
        let missing = store.update(id(1), "count", increment).unwrap_err();
        assert_eq!(recovery(missing), Recovery::FixInput);
    });
}

#[test]
fn a_missing_object_is_repaired() {
    alone(|| {
        let repo = Repo::new();
        store(&repo).create(&session(0, "Zero")).unwrap();
        let tip = repo.git(["rev-parse", SESSIONS_REF]);
        let (folder, file) = tip.trim().split_at(2);
        fs::remove_file(repo.common_dir().join("objects").join(folder).join(file)).unwrap();
        let store = store(&repo);
        let error = store.update(id(0), "count", increment).unwrap_err();
        assert_eq!(recovery(error), Recovery::Repair);
        let error = store.snapshot().and_then(|snapshot| snapshot.session(id(0))).unwrap_err();
        assert_eq!(recovery(error), Recovery::Repair);
    });
}

#[test]
fn what_a_newer_version_wrote_is_given_up() {
    alone(|| {
        let repo = Repo::new();
        plant(&repo, &[("100644", "version", "2\n")]);
        let error = store(&repo).create(&session(0, "Zero")).unwrap_err();
        assert_eq!(recovery(error), Recovery::GiveUp);

        let repo = Repo::new();
        plant_record(&repo, &path(1), format!("schema: 7\nid: {}\n", id(1)).as_bytes());
        let error = store(&repo).snapshot().unwrap().session(id(1)).unwrap_err();
        assert_eq!(recovery(error), Recovery::GiveUp);

        let repo = Repo::new();
        plant_record(&repo, &path(1), b"not: [a record");
        let error = store(&repo).snapshot().unwrap().session(id(1)).unwrap_err();
        assert_eq!(recovery(error), Recovery::Repair);
    });
}

//! Whatever other writers have locked, the error says that it was they.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use git_ao::ledger::{Contention, LedgerError};
use git_ao::model::{ErrorKind, Recovery, SessionStatus};
use git_ao::store::{SESSIONS_REF, Store, StoreError};

use crate::support::sessions::{chain, id, session, store};
use crate::support::{Combo, Refs, Repo, TestEnv};

/// The name and what was in the way.
#[track_caller]
fn contended(error: StoreError) -> (String, Contention) {
    assert_eq!((error.kind(), error.recovery()), (ErrorKind::Contended, Recovery::Retry));
    match error {
        StoreError::Ledger(LedgerError::Contended(by)) => (by.name().into_owned(), by),
        error => panic!("another error: {error:?}"),
    }
}

fn write(store: &Store) -> Result<(), StoreError> {
    store.update(id(1), "end", |it| it.status = SessionStatus::Done).map(drop)
}

#[test]
fn each_lock_is_named() {
    let mut kinds = vec![Repo::new()];
    if Refs::can_be_chosen() {
        kinds.push(TestEnv::new().repo(Combo { refs: Refs::Reftable, ..Combo::PLAIN }));
    }
    for repo in kinds {
        let patient = store(&repo);
        patient.create(&session(1, "One")).unwrap();
        let hasty = patient.clone().with_patience(Duration::from_millis(20));
        let tip = patient.tip().unwrap();

        let held = patient.repository().lock(Duration::ZERO).unwrap();
        let error = write(&hasty).unwrap_err();
        assert!(chain(&error).contains("another git ao process has held"), "{}", chain(&error));
        let (name, by) = contended(error);
        assert!(name.ends_with("ao/lock") && matches!(by, Contention::Writer(_)), "{name}");
        let taken = hasty.take(git_ao::model::Filter::All, "one").unwrap_err();
        assert!(matches!(contended(taken).1, Contention::Writer(_)));
        drop(held);

        let lock = match repo.combo().refs {
            Refs::Files => repo.common_dir().join(format!("{SESSIONS_REF}.lock")),
            Refs::Reftable => repo.common_dir().join("reftable/tables.list.lock"),
        };
        fs::write(&lock, "").unwrap();
        let error = write(&hasty).unwrap_err();
        assert!(chain(&error).contains("cannot lock ref"), "{}", chain(&error));
        let (name, by) = contended(error);
        assert_eq!(name, SESSIONS_REF);
        assert!(matches!(by, Contention::RefLock(_)));
        fs::remove_file(&lock).unwrap();

        assert_eq!(patient.tip().unwrap(), tip, "nothing was written");
        write(&hasty).unwrap();
    }
}

#[test]
fn a_ref_that_keeps_changing_is_named() {
    let repo = Repo::new();
    let patient = store(&repo);
    patient.create(&session(1, "One")).unwrap();
    let hasty = patient.clone().with_patience(Duration::ZERO);
    let error = hasty
        .transaction("end", |tx| {
            // Another program, which does not know the lock, writes in between.
            let tree = format!("{SESSIONS_REF}^{{tree}}");
            let other = repo.git(["commit-tree", "-p", SESSIONS_REF, "-m", "other", &tree]);
            repo.git(["update-ref", SESSIONS_REF, other.trim()]);
            tx.update(id(1), |it| {
                it.title = "Two".into();
                Ok::<_, StoreError>(())
            })
        })
        .unwrap_err();
    assert!(chain(&error).contains("kept changing"), "{}", chain(&error));
    let (name, by) = contended(error);
    assert_eq!(name, SESSIONS_REF);
    assert!(matches!(by, Contention::Updates { .. }));
}

/// A child has all files of its parent until it runs its program.
#[test]
fn a_lock_is_free_at_once_while_other_threads_start_programs() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let repository = store.repository();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    // In a folder of its own, so that it is forked before it runs its program.
                    let mut program = Command::new("true");
                    assert!(program.current_dir(repo.dir()).status().unwrap().success());
                }
            });
        }
        let mut missed = 0;
        for _ in 0..2000 {
            missed += usize::from(repository.lock(Duration::ZERO).is_err());
            missed += usize::from(repository.lock_named("own", Duration::ZERO).is_err());
            missed += usize::from(!matches!(repository.lock_holder("lock"), Ok(None)));
        }
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(missed, 0);
    });
}

//! A writer that dies at any moment leaves a whole store, and nothing in the way of the next one.

use std::fs::{self, FileTimes};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git_ao::ledger::LedgerError;
use git_ao::model::SessionStatus;
use git_ao::store::{SESSIONS_REF, Shelf, StoreError};

use crate::support::sessions::{
    assert_whole, chain, count, id, increment, leftovers, session, store, store_in,
};
use crate::support::{Combo, Refs, Repo, TestEnv, alone, employ, skipped, worker};

/// How often a writer is killed, in each form of ref storage.
const KILLS: u64 = 40;

fn storages() -> Vec<Combo> {
    let all = [Refs::Files, Refs::Reftable].map(|refs| Combo { refs, ..Combo::PLAIN });
    all.into_iter().filter(|c| c.refs == Refs::Files || Refs::can_be_chosen()).collect()
}

#[test]
fn worker_writes_until_killed() {
    worker(|_| {
        let store = store_in(Path::new("."));
        loop {
            let counted = store.update(id(0), "count", |s| {
                increment(s);
                count(s)
            });
            println!("\nwrote {}", counted.unwrap().value);
        }
    });
}

/// Starts a writer and kills it after it has reported `reports` writes and then spun `spins` times,
/// so somewhere in the next write; returns the last count that it reported.
fn kill_a_writer(repo: &Repo, reports: usize, spins: u64) -> u64 {
    let mut child = employ(repo.env(), repo.dir(), worker_writes_until_killed, &[]).spawn();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut counts = lines.filter_map(|line| line.strip_prefix("wrote ")?.parse::<u64>().ok());
    let last = counts.by_ref().take(reports).last().unwrap();
    for spin in 0..spins {
        std::hint::black_box(spin);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    counts.last().unwrap_or(last)
}

#[test]
fn killed_at_any_moment() {
    alone(|| {
        for combo in storages() {
            let repo = TestEnv::new().repo(combo);
            store(&repo).create(&session(0, "Count")).unwrap();
            let mut dice: u64 = 42;
            for round in 0..KILLS {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let reported =
                    kill_a_writer(&repo, 1 + (round % 3) as usize, (dice >> 33) % 300_000);
                // At most one write was done and not reported.
                let store = store(&repo);
                let found = count(&store.snapshot().unwrap().session(id(0)).unwrap());
                assert!(found == reported || found == reported + 1, "{found} after {reported}");
                store.update(id(0), "count", increment).unwrap();
                let next = count(&store.snapshot().unwrap().session(id(0)).unwrap());
                assert_eq!(next, found + 1, "{combo}");
            }
            let total = count(&store(&repo).snapshot().unwrap().session(id(0)).unwrap());
            let commits = repo.git(["rev-list", "--count", SESSIONS_REF]);
            assert_eq!(commits.trim(), (total + 1).to_string());
            repo.git(["fsck", "--strict", "--full", "--no-dangling"]);
            repo.git(["gc", "--prune=now", "-q"]);
            assert_whole(&repo);
            let rest = leftovers(&repo);
            assert!(rest.iter().all(|name| name.starts_with("tip.")), "git collects: {rest:?}");
        }
    });
}

fn stale_lock(repo: &Repo) -> PathBuf {
    let lock = repo.common_dir().join(format!("{SESSIONS_REF}.lock"));
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    lock
}

#[test]
fn the_lock_of_a_dead_writer_is_broken() {
    alone(|| {
        let repo = Repo::new();
        store(&repo).create(&session(0, "Count")).unwrap();
        let (mark, lock) = (repo.common_dir().join("ao/tip.dead"), stale_lock(&repo));
        fs::write(&mark, "0\n").unwrap();
        fs::hard_link(&mark, &lock).unwrap();
        let held = repo.git_result(["update-ref", "-d", SESSIONS_REF]);
        held.code(1).stderr_has("sessions.lock");
        assert_eq!(store(&repo).snapshot().unwrap().count(Shelf::Active).unwrap(), 1);
        store(&repo).update(id(0), "count", increment).unwrap();
        assert_eq!(leftovers(&repo), [""; 0]);
        assert_whole(&repo);
    });
}

#[test]
fn the_lock_of_another_program_is_respected_and_named() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo).with_patience(Duration::from_millis(150));
        store.create(&session(0, "Count")).unwrap();
        let tip = store.tip().unwrap();
        let lock = stale_lock(&repo);
        fs::write(&lock, "").unwrap();
        let error = store.update(id(0), "count", increment).unwrap_err();
        assert!(chain(&error).contains("refs/ao/sessions.lock' exists, "), "{}", chain(&error));
        assert_eq!((store.tip().unwrap(), lock.exists()), (tip, true));
        assert_eq!(store.snapshot().unwrap().session(id(0)).unwrap().title, "Count");
        fs::remove_file(&lock).unwrap();
        store.update(id(0), "count", increment).unwrap();
        assert_eq!(leftovers(&repo), [""; 0]);
    });
}

#[test]
fn reftables_own_lock_is_respected_and_named() {
    if !Refs::can_be_chosen() {
        return skipped("this git has no reftable");
    }
    alone(|| {
        let repo = TestEnv::new().repo(Combo { refs: Refs::Reftable, ..Combo::PLAIN });
        let store = store(&repo).with_patience(Duration::from_millis(150));
        store.create(&session(0, "Count")).unwrap();
        let lock = repo.common_dir().join("reftable/tables.list.lock");
        fs::write(&lock, "").unwrap();
        let error = store.update(id(0), "count", increment).unwrap_err();
        assert!(chain(&error).contains("lock"), "{error:?}");
        fs::remove_file(&lock).unwrap();
        store.update(id(0), "count", increment).unwrap();
    });
}

#[test]
fn marks_of_dead_writers_are_collected() {
    alone(|| {
        let repo = Repo::new();
        store(&repo).create(&session(0, "Count")).unwrap();
        let (old, new) =
            (repo.common_dir().join("ao/tip.old"), repo.common_dir().join("ao/tip.new"));
        fs::write(&old, "0\n").unwrap();
        fs::write(&new, "0\n").unwrap();
        let yesterday = SystemTime::now() - Duration::from_secs(86_400);
        let file = fs::File::options().write(true).open(&old).unwrap();
        file.set_times(FileTimes::new().set_modified(yesterday)).unwrap();
        store(&repo).update(id(0), "count", increment).unwrap();
        assert_eq!((old.exists(), new.exists()), (false, true));
    });
}

#[test]
fn a_writer_that_holds_the_lock_is_waited_for_but_not_for_ever() {
    alone(|| {
        let repo = Repo::new();
        let one = store(&repo);
        one.create(&session(0, "Count")).unwrap();
        let impatient = store(&repo).with_patience(Duration::from_millis(50));
        let held = one.transaction("status", |tx| {
            // Another thread, because a write inside a write is refused at once.
            let writer = impatient.clone();
            let write = move || writer.update(id(0), "count", increment);
            let other = std::thread::spawn(write).join().unwrap();
            let refused = other.unwrap_err();
            assert!(
                matches!(refused, StoreError::Ledger(LedgerError::Contended(_))),
                "{refused:?}"
            );
            assert!(refused.to_string().contains("ao/lock' for 0 seconds"), "{refused}");
            tx.change_status(id(0), &SessionStatus::Working, None)
        });
        held.unwrap();
        impatient.update(id(0), "count", increment).unwrap();
        let found = one.snapshot().unwrap().session(id(0)).unwrap();
        assert_eq!((found.status, one.tip().is_ok()), (SessionStatus::Working, true));
    });
}

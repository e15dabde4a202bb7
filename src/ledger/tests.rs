mod ancestry;

use std::cell::Cell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::{Clock, Contention, Edit, Ledger, LedgerError, RefUpdate};
use crate::git::{RawTree, Repository, gix_id};
use crate::model::{Oid, Timestamp};

const REFS: [&str; 2] = ["refs/ao/one", "refs/ao/two"];

fn git(folder: &Path, args: &[&str]) {
    let done = Command::new("git").current_dir(folder).args(args).output().unwrap();
    assert!(done.status.success(), "{args:?}: {done:?}");
}

fn ledger(folder: &Path, storage: &str) -> Option<Ledger> {
    let init = ["init", "-q", &format!("--ref-format={storage}")];
    if !Command::new("git").current_dir(folder).args(init).status().unwrap().success() {
        assert_ne!(storage, "files", "git init");
        return None;
    }
    git(folder, &["config", "user.name", "A"]);
    git(folder, &["config", "user.email", "a@example.com"]);
    let repo = Repository::discover(folder).unwrap();
    let clock = Clock::new(|| Timestamp::from_millis(1_700_000_000_000));
    Some(Ledger::new(repo).with_clock(clock).with_patience(Duration::from_millis(300)))
}

/// A commit on top of a tip whose tree holds one file.
fn grow(ledger: &Ledger, name: &str, now: Timestamp) -> Result<RefUpdate, LedgerError> {
    let expected = ledger.tip(name)?;
    let blob = ledger.repository().write_bytes(Kind::Blob, name.as_bytes())?;
    let edit = Edit { path: vec!["file".into()], entry: Some((EntryKind::Blob, blob)) };
    let tree = ledger.write_tree(&RawTree::empty(), [edit])?;
    let new = ledger.write_commit(tree, expected.iter().map(gix_id), name, (now, None))?;
    Ok(RefUpdate { name: name.to_owned(), expected, new, log: "grow".to_owned() })
}

fn grow_both(ledger: &Ledger, runs: &Cell<u32>) -> Result<(), LedgerError> {
    let grown = ledger.commit_with_retry(|now| {
        runs.set(runs.get() + 1);
        let updates = REFS.map(|name| grow(ledger, name, now));
        Ok(((), updates.into_iter().collect::<Result<_, LedgerError>>()?))
    });
    grown.map(|_| ())
}

fn tips(ledger: &Ledger) -> [Option<Oid>; 2] {
    REFS.map(|name| ledger.tip(name).unwrap())
}

#[test]
fn all_refs_move_or_none() {
    for storage in ["files", "reftable"] {
        let folder = tempfile::tempdir().unwrap();
        let Some(ledger) = ledger(folder.path(), storage) else { continue };
        let runs = Cell::new(0);
        grow_both(&ledger, &runs).unwrap();
        let before = tips(&ledger);
        assert!(before.iter().all(Option::is_some), "{storage}");

        let git_dir = ledger.repository().git_dir().to_owned();
        let lock = match storage {
            "files" => git_dir.join("refs/ao/two.lock"),
            _ => git_dir.join("reftable/tables.list.lock"),
        };
        std::fs::write(&lock, "").unwrap();
        runs.set(0);
        let error = grow_both(&ledger, &runs).unwrap_err();
        assert!(
            matches!(error, LedgerError::Contended(Contention::RefLock(_))),
            "{storage}: {error:?}"
        );
        assert_eq!(tips(&ledger), before, "{storage}");
        assert_eq!(runs.get(), 1, "{storage}: nobody moved a ref, so nothing is computed again");

        std::fs::remove_file(&lock).unwrap();
        grow_both(&ledger, &runs).unwrap();
        let after = tips(&ledger);
        assert!(before.iter().zip(&after).all(|(old, new)| old != new), "{storage}");
    }
}

#[test]
fn a_ref_that_somebody_moved_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), "files").unwrap();
    let runs = Cell::new(0);
    let grown = ledger.commit_with_retry(|now| {
        runs.set(runs.get() + 1);
        let update = grow(&ledger, REFS[0], now)?;
        if runs.get() == 1 {
            let other = ledger.write_commit(
                ledger.write_tree(&RawTree::empty(), [])?,
                [],
                "somebody else",
                (now, None),
            )?;
            git(folder.path(), &["update-ref", REFS[0], other.as_str()]);
        }
        Ok::<_, LedgerError>((update.expected.clone(), vec![update]))
    });
    let (expected, updates) = grown.unwrap();
    assert_eq!(runs.get(), 2);
    assert!(expected.is_some(), "the second run starts from what somebody else wrote");
    assert_eq!(ledger.tip(REFS[0]).unwrap().as_ref(), Some(&updates[0].new));
}

#[test]
fn history_is_newest_first_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), "files").unwrap();
    let mut made: Vec<Oid> = Vec::new();
    for second in 0..3 {
        let time = Timestamp::from_millis(1_700_000_000_000 + second * 1000);
        let (_, updates) = ledger
            .commit_with_retry(|_| Ok::<_, LedgerError>(((), vec![grow(&ledger, REFS[0], time)?])))
            .unwrap();
        made.insert(0, updates[0].new.clone());
    }
    let walk = || super::Commits::new(ledger.repository(), [&made[0]]);
    let ids: Vec<_> = walk().map(|commit| commit.unwrap().0).collect();
    assert_eq!(ids, made);
    let mut stopped = walk();
    assert!(stopped.next().is_some());
    stopped.stop();
    assert!(stopped.next().is_none());
}

/// A commit on these, all in one second.
fn commit_on(ledger: &Ledger, parents: &[&Oid], subject: &str) -> Oid {
    let tree = ledger.write_tree(&RawTree::empty(), []).unwrap();
    let now = Timestamp::from_millis(1_700_000_000_000);
    ledger
        .write_commit(tree, parents.iter().map(|parent| gix_id(parent)), subject, (now, None))
        .unwrap()
}

#[test]
fn of_one_second_no_commit_comes_after_one_in_its_past() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), "files").unwrap();
    // Ids decide among equals, so that many shapes are tried.
    for seed in 0..40 {
        let root = commit_on(&ledger, &[], &format!("root {seed}"));
        let short = commit_on(&ledger, &[&root], &format!("short {seed}"));
        let mut long = root.clone();
        for n in 0..4 {
            long = commit_on(&ledger, &[&long], &format!("long {n} {seed}"));
        }
        let merge = commit_on(&ledger, &[&long, &short], &format!("merge {seed}"));
        let walk = super::Commits::new(ledger.repository(), [&merge]);
        let ids: Vec<_> = walk.map(|commit| commit.unwrap().0).collect();
        assert_eq!(ids.len(), 7);
        assert_eq!(ids[6], root, "seed {seed}");
        // What a merge brought is news, too.
        let news = super::Commits::new(ledger.repository(), [&merge]).since(&long);
        let news: Vec<_> = news.map(|commit| commit.unwrap().0).collect();
        assert_eq!(news, [merge, short]);
    }
}

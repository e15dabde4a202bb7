use git_ao::store::RepairMode;

use super::damage::{DAMAGES, Damage, Target};
use super::{both, fill, titles};
use crate::support::sessions::id;
use crate::support::{Combo, Objects, Refs, Repo, Snapshot, TestEnv};

fn try_damage(repo: &Repo, damage: &Damage, which: usize) {
    let others = titles(repo);

    let target = &Target::both(repo)[which];
    (damage.act)(target);
    let store = both(repo);
    let state = |name: &str| repo.git_result(["rev-parse", "--verify", "-q", name]).stdout;
    let tip = state(target.name);

    // Where nothing is left of a ref, nothing tells that there was one.
    if damage.name != "missing ref and reflog" {
        let said = repo.ao(["fsck"]).code(1);
        assert!(said.stderr.contains("git ao fsck --repair"), "{said}");
    }
    let planned = repo.ao(["fsck", "--repair", "--dry-run"]).code(1);
    assert_eq!(state(target.name), tip, "a plan changes nothing: {planned}");
    let done = repo.ao(["fsck", "--repair"]).code(0);
    assert!(!done.stdout.is_empty());

    let lost = done.stdout.lines().filter(|line| line.starts_with("  lost: ")).count();
    // The messages of a reflog in a reftable cannot be read where commits are missing.
    match repo.combo().refs {
        Refs::Files => assert_eq!(lost, damage.lost(), "{done}"),
        Refs::Reftable => assert!(lost >= damage.lost(), "{done}"),
    }

    let now = titles(repo);
    let is_ours = |n: u64| (target.first..target.first + 3).map(id).any(|id| id == super::id(n));
    let mine: Vec<_> = now
        .iter()
        .filter(|(session, _)| (1..20).any(|n| is_ours(n) && session.id == id(n)))
        .collect();
    let new = mine.iter().filter(|(_, title)| title == "new").count();
    assert_eq!((new, mine.len()), damage.left, "{done}");
    let rest = |all: &[(git_ao::model::Session, String)]| {
        let theirs =
            all.iter().filter(|(session, _)| !mine.iter().any(|(s, _)| s.id == session.id));
        theirs
            .filter(|(session, _)| !(target.first..target.first + 3).any(|n| id(n) == session.id))
            .map(|(session, _)| session.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(rest(&now), rest(&others), "the other half is as it was");

    repo.ao(["list"]).code(0);
    let written = target.session(2);
    store.update(written, "set", |session| session.title = "newer".to_owned()).unwrap();
    assert!(store.repair(RepairMode::Repair).unwrap().is_empty(), "once is enough: {done}");
    repo.ao(["fsck"]).code(0);
    // What is left of the damage is where it can be looked at, and nothing else is broken.
    for name in repo.git(["for-each-ref", "--format=%(refname)", "refs/ao/broken"]).lines() {
        repo.git(["update-ref", "-d", name]);
    }
    repo.git(["rev-list", "--objects", "--all", "--reflog", "--quiet"]);
}

fn try_all(combo: Combo, part: usize) {
    let mut failed = Vec::new();
    let repo = TestEnv::new().repo(combo);
    fill(&repo);
    let before = both(&repo).repair(RepairMode::Repair).unwrap();
    assert!(before.is_empty(), "nothing is wrong: {before:?}");
    let common = repo.common_dir();
    let whole = Snapshot::of([&common]);
    for damage in DAMAGES.iter().skip(part).step_by(3) {
        for which in [0, 1] {
            if damage.files_only && combo.refs == Refs::Reftable {
                continue;
            }
            whole.restore();
            let attempt = || try_damage(&repo, damage, which);
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(attempt)).is_err() {
                failed.push(format!("{} ({which})", damage.name));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("; "));
}

#[test]
fn every_damage_is_repaired_1() {
    try_all(Combo::PLAIN, 0);
}

#[test]
fn every_damage_is_repaired_2() {
    try_all(Combo::PLAIN, 1);
}

#[test]
fn every_damage_is_repaired_3() {
    try_all(Combo::PLAIN, 2);
}

#[test]
fn every_damage_is_repaired_on_reftable_and_sha256() {
    if Refs::can_be_chosen() {
        let combo = Combo { refs: Refs::Reftable, objects: Objects::Sha256, ..Combo::LINKED };
        try_all(combo, 1);
        try_all(combo, 2);
    }
}

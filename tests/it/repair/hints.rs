//! The way out that a message names works in the state in which it is printed.

use std::fs;

use git_ao::store::{PRIVATE_REF, RepairMode, SESSIONS_REF};

use super::damage::{DAMAGES, Target};
use super::{both, fill, titles};
use crate::support::sessions::{id, store};
use crate::support::{Out, Repo};

/// Runs the last command that a hint names.
fn follow(repo: &Repo, said: &Out) {
    let hints = said.stderr.lines().filter(|line| line.starts_with("hint: "));
    let mut last = hints.filter_map(|line| line.split("git ao ").nth(1));
    let words = last.next_back().unwrap_or_else(|| panic!("no hint: {said}"));
    repo.ao(words.split(' ')).ok();
}

#[test]
fn every_way_out_of_a_damaged_store_works() {
    let names = ["empty ref", "a blob", "a tree without version", "missing root", "half a commit"];
    for damage in DAMAGES.iter().filter(|damage| names.contains(&damage.name)) {
        let repo = Repo::new();
        fill(&repo);
        (damage.act)(&Target::both(&repo)[0]);
        let all: [&[&str]; 3] = [&["list"], &["set", "latest", "title=x"], &["log"]];
        for args in all {
            let said = repo.ao(args).code(128);
            assert!(said.stderr.contains("git ao fsck --repair"), "{}: {said}", damage.name);
        }
        let doctor = repo.ao(["doctor"]).code(1);
        assert!(doctor.stdout.contains("git ao fsck --repair"), "{}: {doctor}", damage.name);
        repo.ao(["doctor", "--fix"]).code(1);
        let said = repo.ao(["list"]).code(128);
        follow(&repo, &said);
        repo.ao(["list"]).ok();
        assert_eq!(titles(&repo).len(), 6, "{}", damage.name);
    }
}

/// A record of which the object is missing is shown by no verb.
#[test]
fn a_missing_record_leads_to_a_repair() {
    let repo = Repo::new();
    fill(&repo);
    let (id, damage) = (id(1).to_string(), "missing record");
    let damage = DAMAGES.iter().find(|it| it.name == damage).unwrap();
    (damage.act)(&Target::both(&repo)[0]);
    let said = repo.ao(["set", &id, "title=x"]).code(128);
    follow(&repo, &said);
    repo.ao(["set", &id, "title=x"]).ok();
}

/// Also where more than the ref is damaged.
#[test]
fn damaged_private_sessions_are_in_nobodys_way() {
    for name in ["garbage ref", "a blob", "missing root", "missing shelf", "missing shard"] {
        let repo = Repo::new();
        fill(&repo);
        let damage = DAMAGES.iter().find(|it| it.name == name).unwrap();
        (damage.act)(&Target::both(&repo)[1]);
        let (public, private) = (id(1).to_string(), id(11).to_string());

        // Where it is known that some are missing, the status tells.
        let said = repo.ao(["list"]).code(i32::from(name == "missing shard"));
        assert!(said.stdout.contains("new"), "{name}: {said}");
        assert!(said.stderr.contains("private"), "{name}: {said}");
        repo.ao(["set", &public, "title=changed"]).ok();
        repo.ao(["show", &public]).ok();
        assert_eq!(store(&repo).snapshot().unwrap().session(id(1)).unwrap().title, "changed");
        // What may be one of them is not taken for another one, nor for missing.
        for args in [["show", &private].as_slice(), &["set", &private, "title=x"]] {
            let said = repo.ao(args).code(128);
            assert!(said.stderr.contains("git ao fsck --repair"), "{name}: {said}");
        }
        if name != "missing shard" {
            repo.ao(["set", &public, "visibility=private"]).code(128);
        }
        let doctor = repo.ao(["doctor", "--fix"]).code(1);
        assert!(doctor.stdout.contains("git ao fsck --repair"), "{name}: {doctor}");

        let said = repo.ao(["show", &private]).code(128);
        follow(&repo, &said);
        repo.ao(["show", &private]).ok();
        assert!(both(&repo).repair(RepairMode::Repair).unwrap().is_empty());
    }
}

/// As a tool leaves it that rewrites the history of all refs and drops what was before.
#[test]
fn a_rewritten_store_is_named_and_begins_anew() {
    let repo = Repo::new();
    fill(&repo);
    let empty = repo.git(["hash-object", "-w", "-t", "tree", "/dev/null"]);
    let commit = repo.git(["commit-tree", empty.trim(), "-m", "rewritten"]);
    for name in [SESSIONS_REF, PRIVATE_REF] {
        repo.git(["update-ref", name, commit.trim()]);
        fs::remove_file(repo.common_dir().join("logs").join(name)).unwrap();
    }
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.git(["gc", "-q", "--prune=now"]);
    repo.ao(["doctor"]).code(1);
    let said = repo.ao(["fsck"]).code(1);
    follow(&repo, &said);
    repo.ao(["list"]).ok();
    repo.ao(["spawn", "--no-agent", "--no-worktree", "Again"]).ok();
    repo.ao(["fsck"]).ok();
}

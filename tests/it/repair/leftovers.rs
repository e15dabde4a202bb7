//! Locks that nobody holds, copies of what a remote has, and repairs that are cut off.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use git_ao::store::{RepairMode, SESSIONS_REF};

use super::{both, fill, titles};
use crate::support::sessions::{id, leftovers};
use crate::support::{Combo, Refs, Repo, TestEnv};

fn old_file(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::create(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
}

#[test]
fn locks_that_nobody_holds_are_removed() {
    let repo = Repo::new();
    fill(&repo);
    let common = repo.common_dir();
    let names = ["packed-refs.lock", "refs/ao/sessions.lock", "logs/refs/ao/private.lock"];
    names.iter().for_each(|name| old_file(&common.join(name)));
    // One that is at work.
    let young = common.join("refs/ao/private.lock");
    File::create(&young).unwrap();
    let held = File::options().append(true).open(common.join("packed-refs.lock")).unwrap();

    let said = repo.ao(["fsck", "--repair"]).ok();
    assert_eq!(said.stdout.lines().count(), 2, "{said}");
    assert!(young.exists() && common.join("packed-refs.lock").exists());
    drop(held);
    repo.ao(["fsck", "--repair", "-n"]).code(1);
    repo.ao(["fsck", "--repair"]).ok();
    fs::remove_file(&young).unwrap();
    assert_eq!(leftovers(&repo), [""; 0]);
    assert!(both(&repo).repair(RepairMode::Repair).unwrap().is_empty());
}

#[test]
fn a_damaged_copy_of_a_remote_is_fetched_again() {
    for refs in [Refs::Files, Refs::Reftable] {
        if refs == Refs::Reftable && !Refs::can_be_chosen() {
            continue;
        }
        let env = TestEnv::new();
        let hub = Repo::create(&env, "hub", Combo { refs, ..Combo::BARE });
        let repo = Repo::create(&env, "demo", Combo { refs, ..Combo::PLAIN });
        repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
        fill(&repo);
        repo.ao(["push"]).ok();
        let blob = repo.git(["rev-parse", &format!("{SESSIONS_REF}:version")]);
        let tracking = "refs/ao/remotes/origin/sessions";
        match refs {
            Refs::Files => fs::write(repo.common_dir().join(tracking), "garbage").unwrap(),
            Refs::Reftable => drop(repo.git(["update-ref", tracking, blob.trim()])),
        }
        let said = repo.ao(["fsck", "--repair"]).ok();
        assert!(said.stdout.contains("to fetch it again: git ao fetch"), "{said}");
        repo.ao(["pull"]).ok();
        assert!(both(&repo).repair(RepairMode::Repair).unwrap().is_empty());
    }
}

/// What the remote has is newer than what is left here.
#[test]
fn what_was_pushed_comes_back_from_the_copy_of_the_remote() {
    let env = TestEnv::new();
    let hub = Repo::create(&env, "hub", Combo::BARE);
    let repo = Repo::create(&env, "demo", Combo::PLAIN);
    repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    fill(&repo);
    repo.ao(["push"]).ok();
    let before = titles(&repo);
    for name in ["", "logs"] {
        fs::write(repo.common_dir().join(name).join(SESSIONS_REF), "").unwrap();
    }
    let said = repo.ao(["fsck", "--repair"]).ok();
    assert!(said.stdout.contains("found in refs/ao/remotes/origin/sessions"), "{said}");
    assert_eq!(titles(&repo), before);
    repo.ao(["push"]).ok();
}

/// The command that is printed brings everything back.
#[test]
fn what_is_lost_here_is_fetched_from_a_remote() {
    let env = TestEnv::new();
    let hub = Repo::create(&env, "hub", Combo::BARE);
    let repo = Repo::create(&env, "demo", Combo::PLAIN);
    repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    fill(&repo);
    repo.ao(["push"]).ok();
    let before = titles(&repo);
    let tree = repo.git(["rev-parse", &format!("{SESSIONS_REF}:sessions/demo")]);
    let tree = tree.trim();
    fs::remove_file(repo.common_dir().join("objects").join(&tree[..2]).join(&tree[2..])).unwrap();

    let said = repo.ao(["fsck", "--repair"]).ok();
    assert_ne!(titles(&repo), before);
    let hints = said.stderr.lines().filter_map(|line| line.strip_prefix("hint:   "));
    let hints: Vec<_> = hints.map(|line| line.split(' ').collect::<Vec<_>>()).collect();
    assert_eq!(hints.len(), 2, "{said}");
    for words in hints {
        match words.as_slice() {
            ["git", "ao", rest @ ..] => repo.ao(rest).ok(),
            [_, rest @ ..] => repo.git_result(rest).ok(),
            [] => unreachable!(),
        };
    }
    assert_eq!(titles(&repo), before);
}

/// Nothing that was private becomes public, although an older public state says so.
#[test]
fn what_was_made_private_stays_private() {
    let repo = Repo::new();
    fill(&repo);
    repo.ao(["set", &id(2).to_string(), "visibility=private"]).ok();
    let tree = repo.git(["rev-parse", &format!("{SESSIONS_REF}^{{tree}}")]);
    let tree = tree.trim();
    fs::remove_file(repo.common_dir().join("objects").join(&tree[..2]).join(&tree[2..])).unwrap();
    repo.ao(["fsck", "--repair"]).ok();
    let files = repo.git(["ls-tree", "-r", "--name-only", SESSIONS_REF]);
    assert!(!files.contains(&id(2).to_string()), "{files}");
    assert_eq!(titles(&repo).len(), 6);
}

/// Where nothing tells public and private events apart, none of them is taken for the other.
#[test]
fn events_that_nothing_names_are_not_published() {
    let repo = Repo::new();
    fill(&repo);
    for name in ["sessions", "private"] {
        for folder in ["refs/ao", "logs/refs/ao"] {
            fs::remove_file(repo.common_dir().join(folder).join(name)).unwrap();
        }
    }
    repo.ao(["fsck", "--repair"]).ok();
    assert!(both(&repo).is_unwritten().unwrap());
}

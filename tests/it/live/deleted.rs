//! What a deleted session leaves, and who may remove it.

use std::fs;
use std::path::PathBuf;

use git_ao::model::SessionStatus;
use serde_json::Value;

use super::world::{World, until};
use crate::support::Repo;
use crate::support::sessions::plant_record;

/// A session that has ended; returns its id, worktree and branch.
fn ended(repo: &Repo, args: &[&str]) -> (String, PathBuf, String) {
    let all = ["spawn", "--json", "--no-agent"].iter().chain(args);
    let made = repo.ao(all).ok().json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, branch) = (text(&made["session"]["id"]), text(&made["session"]["branch"]));
    repo.ao(["complete", &id]).ok();
    (id, text(&made["workspace"]).into(), branch)
}

fn deleted(repo: &Repo, args: &[&str]) -> (String, PathBuf, String) {
    let session = ended(repo, args);
    repo.ao(["delete", &session.0]).ok();
    session
}

fn has_branch(repo: &Repo, name: &str) -> bool {
    repo.git_result(["rev-parse", "-q", "--verify", &format!("refs/heads/{name}")]).status == 0
}

#[test]
fn delete_names_what_it_leaves_and_its_hint_removes_it() {
    let repo = Repo::new();
    let (id, path, branch) = ended(&repo, &["the task"]);
    let said = repo.ao(["delete", &id]).ok();
    let said = said.stderr_has(&format!("its worktree still exists: '{}'", path.display()));
    let said = said.stderr_has(&format!("its branch still exists: '{branch}'"));
    let hint = said.stderr.lines().find_map(|it| it.strip_prefix("hint: to remove what is left: "));
    let hint: Vec<_> = hint.unwrap().strip_prefix("git ao ").unwrap().split(' ').collect();

    let plan = repo.ao(hint.iter().chain(&["-n"])).ok();
    plan.stdout_has("(the task, deleted)").stdout_has(&branch);
    let event = repo.git(["rev-parse", "refs/ao/sessions"]);
    let plan = repo.ao(hint.iter().chain(&["-n", "--json"])).ok().json();
    assert_eq!(plan["sessions"][0]["deleted"], event.trim());
    assert_eq!(plan["sessions"][0]["kept"], Value::Null);
    assert!(path.exists() && has_branch(&repo, &branch));

    repo.ao(&hint).ok().stdout_has("cleaned up");
    assert!(!path.exists() && !has_branch(&repo, &branch));
    assert_eq!(repo.git(["rev-parse", "refs/ao/sessions"]), event, "no record changed");
    repo.ao(&hint).ok().stdout_has("nothing to clean up");
    repo.ao(["doctor"]).stdout_lacks(&id[..8]);
}

#[test]
fn without_branches_only_the_worktree_goes_and_the_branch_later() {
    let repo = Repo::new();
    let (_, path, branch) = deleted(&repo, &["the task"]);
    repo.ao(["cleanup"]).ok();
    assert!(!path.exists() && has_branch(&repo, &branch));
    repo.ao(["cleanup"]).ok().stdout_has("nothing to clean up");
    repo.ao(["cleanup", "--branches"]).ok().stdout_has(&branch);
    assert!(!has_branch(&repo, &branch));
    // One that never had a worktree.
    let (_, _, branch) = deleted(&repo, &["--no-worktree", "second"]);
    repo.ao(["cleanup", "--branches"]).ok();
    assert!(!has_branch(&repo, &branch));
}

#[test]
fn work_in_it_is_kept_as_any_other() {
    let repo = Repo::new();
    let (id, path, branch) = deleted(&repo, &["the task"]);
    let there = repo.within(&path);
    there.write("new", "work");
    repo.ao(["cleanup", "--branches"]).code(1).stdout_has("keep").stdout_has("1 untracked");
    let tip = there.commit("new", "work");
    repo.ao(["cleanup", "--branches"]).code(1).stdout_has("1 commit that is on no other branch");
    repo.git(["worktree", "remove", path.to_str().unwrap()]);
    repo.ao(["cleanup", "--branches"]).code(1).stdout_has("1 commit that is on no other branch");
    assert!(has_branch(&repo, &branch));
    repo.ao(["cleanup", "--branches", "--force"]).ok();
    assert!(!has_branch(&repo, &branch));
    let backup = format!("refs/ao/backup/{id}");
    repo.git(["merge-base", "--is-ancestor", &tip, &backup]);
}

#[test]
fn no_record_is_not_deleted() {
    let stays = |what: &str, lose: &dyn Fn(&Repo, &str)| {
        let repo = Repo::new();
        let private: &[&str] = if what.starts_with("the private") { &["--private"] } else { &[] };
        // So that there is a store without it.
        repo.ao(["spawn", "--no-agent", "first"]).ok();
        let (id, path, branch) = ended(&repo, &[private, &["the task"]].concat());
        lose(&repo, &id);
        for args in [["cleanup", "--branches"].as_slice(), &["cleanup", "--branches", "--force"]] {
            let out = repo.ao(args);
            assert!(path.exists() && has_branch(&repo, &branch), "{what}: {out}");
            assert!(!out.stdout.contains(&id[..8]), "{what}: {out}");
        }
    };
    stays("the event was lost", &|repo, _| {
        repo.git(["update-ref", "refs/ao/sessions", "refs/ao/sessions~2"]);
    });
    stays("the private ref is not here", &|repo, _| {
        repo.git(["update-ref", "-d", "refs/ao/private"]);
    });
    stays("it was made private, and that ref is not here", &|repo, id| {
        repo.ao(["set", id, "visibility=private"]).ok();
        repo.git(["update-ref", "-d", "refs/ao/private"]);
    });
    stays("it was deleted and restored, and that was lost", &|repo, id| {
        repo.ao(["delete", id]).ok();
        repo.ao(["undo"]).ok();
        repo.git(["update-ref", "refs/ao/sessions", "refs/ao/sessions^"]);
    });
    stays("it was deleted, restored and made private, and that ref is not here", &|repo, id| {
        repo.ao(["delete", id]).ok();
        repo.ao(["undo"]).ok();
        repo.ao(["set", id, "visibility=private"]).ok();
        repo.git(["update-ref", "-d", "refs/ao/private"]);
    });
    stays("the whole store is gone", &|repo, _| {
        repo.git(["update-ref", "-d", "refs/ao/sessions"]);
    });
    stays("its record cannot be read", &|repo, id| {
        plant_record(repo, &format!("sessions/demo/{}/{id}.yaml", &id[..2]), "not: [a record");
    });
    stays("what came in its place cannot be read", &|repo, id| {
        repo.ao(["delete", id]).ok();
        plant_record(repo, &format!("sessions/demo/{}/{id}.yaml", &id[..2]), "not: [a record");
    });
    stays("it may be among the private ones, which are damaged", &|repo, id| {
        repo.ao(["spawn", "--no-agent", "--private", "second"]).ok();
        repo.ao(["delete", id]).ok();
        let tip = repo.git(["rev-parse", "refs/ao/private"]);
        let (folder, file) = tip.trim().split_at(2);
        fs::remove_file(repo.common_dir().join("objects").join(folder).join(file)).unwrap();
    });
}

#[test]
fn what_is_not_its_own_is_kept() {
    let repo = Repo::new();
    let (_, path, branch) = deleted(&repo, &["the task"]);
    // The user's own worktree at the same place, without a mark.
    let place = path.to_str().unwrap();
    repo.git(["worktree", "remove", place]);
    repo.git(["worktree", "add", "-q", "-b", "mine", place]);
    // Another session has the branch, and another branch was only named like one.
    repo.git(["branch", "ao/by-hand"]);
    repo.ao(["spawn", "--no-agent", "--no-worktree", "--branch", "ao/other", "x"]).ok();
    let (other, ..) = deleted(&repo, &["--no-worktree", "y"]);
    repo.ao(["cleanup", "--branches", "--force"]).ok().stdout_has(&other[..8]);
    assert!(path.exists() && !has_branch(&repo, &branch));
    assert!(["mine", "ao/by-hand", "ao/other"].iter().all(|name| has_branch(&repo, name)));
}

#[test]
fn an_agent_that_outlived_its_record_keeps_its_worktree() {
    for runtime in ["tmux", "detached"] {
        let world = World::new();
        let id = world.spawn(&["--runtime", runtime, "the task"]);
        // What looks after an agent ends it if the record goes before it says that it runs.
        until("the agent works", || world.session(&id).status == SessionStatus::Working);
        let pid = world.live(&id)["pid"].to_string();
        let path = world.worktree(&id);
        world.repo.ao(["delete", "--force", &id]).ok().stderr_has(&format!("kill {pid}"));
        let kept = world.repo.ao(["cleanup", "--branches", "--force"]).code(1);
        kept.stdout_has(&format!("its agent is still running; to stop it: kill {pid}"));
        assert!(path.exists());
        world.repo.env().run(world.repo.dir(), "kill", [&pid]).run().ok();
        until("it can go when the agent has ended", || {
            world.repo.ao(["cleanup", "--branches"]).status == 0
        });
        assert!(!path.exists());
    }
}

#[test]
fn one_that_was_deleted_in_another_clone_goes_too() {
    let repo = Repo::new();
    let hub = repo.env().path("hub.git");
    repo.git(["init", "-q", "--bare", hub.to_str().unwrap()]);
    repo.git(["remote", "add", "origin", hub.to_str().unwrap()]);
    repo.git(["push", "-q", "origin", "main"]);
    let (id, path, branch) = ended(&repo, &["the task"]);
    repo.ao(["push"]).ok();
    let other = repo.clone_as("other");
    other.git(["remote", "set-url", "origin", hub.to_str().unwrap()]);
    other.ao(["pull"]).ok();
    other.ao(["delete", &id]).ok().stderr_lacks("still exists");
    other.ao(["push"]).ok();
    // Both sides have something new: this is a merge.
    repo.ao(["spawn", "--no-agent", "second"]).ok();
    repo.ao(["pull"]).ok();
    repo.ao(["cleanup", "--branches"]).ok().stdout_has(&id[..8]);
    assert!(!path.exists() && !has_branch(&repo, &branch));
}

//! A way back from what was done to sessions.

use std::fs;

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, record, spawn, wait_working};

fn made(repo: &Repo, args: &[&str]) -> String {
    let all = ["spawn", "--no-agent", "--json"].iter().chain(args);
    let made = repo.ao(all).ok().json();
    made["session"]["short_id"]
        .as_str()
        .unwrap_or(&made["session"]["id"].as_str().unwrap()[..8])
        .to_owned()
}

fn tree(repo: &Repo, name: &str) -> String {
    repo.git(["ls-tree", "-r", name])
}

fn shown(repo: &Repo, id: &str) -> serde_json::Value {
    repo.ao(["show", "--json", id]).ok().json()["session"].clone()
}

#[test]
fn the_last_thing_a_person_did_is_undone_and_done_again() {
    let repo = Repo::new();
    let id = made(&repo, &["One"]);
    repo.ao(["set", &id, "title=Two"]).ok();
    let [before, after] = ["refs/ao/sessions^", "refs/ao/sessions"].map(|at| tree(&repo, at));
    let tip = repo.git(["rev-parse", "refs/ao/sessions"]);
    let plan = repo.ao(["undo", "--dry-run"]).ok();
    plan.stdout_has("would undo").stdout_has("-title: Two\n  +title: One");
    assert_eq!(repo.git(["rev-parse", "refs/ao/sessions"]), tip);
    repo.ao(["undo"]).ok().stdout_has("undid").stdout_has("+title: One");
    assert_eq!(tree(&repo, "refs/ao/sessions"), before);
    repo.ao(["undo"]).ok().stdout_has("+title: Two");
    assert_eq!(tree(&repo, "refs/ao/sessions"), after);
    repo.ao(["log", "--op", "undo", "-n", "1"])
        .ok()
        .stdout_has(&format!("undo {id}: undo {id}: set {id}"));
    repo.ao(["fsck"]).ok().stdout_is("");
}

#[test]
fn what_a_runner_or_a_teammate_did_is_not_the_last() {
    let repo = Repo::new();
    repo.ao(["undo"]).code(1).stderr_has("nothing to undo");
    agent(&repo, "mine", "exit 0");
    let id = spawn(&repo, &["--agent", "mine", "--runtime", "foreground", "x"]);
    repo.ao(["set", &id.short(), "title=Mine"]).ok();
    let name = repo.git(["config", "ao.replica"]);
    repo.config("ao.replica", "teammate-0000");
    repo.ao(["set", &id.short(), "tags+=theirs"]).ok();
    repo.config("ao.replica", name.trim());
    repo.ao(["undo"]).ok().stdout_has("-title: Mine");
    assert_eq!(record(&repo, id).tags, ["theirs"]);
}

#[test]
fn later_changes_of_the_same_field_are_named_and_refused() {
    let repo = Repo::new();
    let id = made(&repo, &["One"]);
    repo.ao(["set", &id, "title=Two", "tags=x"]).ok();
    let event = repo.git(["rev-parse", "refs/ao/sessions"]).trim().to_owned();
    repo.ao(["set", &id, "tags+=y", "context.a=1"]).ok();
    repo.ao(["set", &id, "title=Three"]).ok();
    let tip = repo.git(["rev-parse", "refs/ao/sessions"]);
    let refused = repo.ao(["undo", &event[..10]]).code(1);
    refused
        .stderr_has("changed again since")
        .stderr_has(&format!("{id} title"))
        .stderr_has("--force");
    assert_eq!(repo.git(["rev-parse", "refs/ao/sessions"]), tip);
    repo.ao(["undo", "--force", &event]).ok();
    let now = shown(&repo, &id);
    assert_eq!((now["title"].as_str(), &now["tags"]), (Some("One"), &serde_json::json!(["y"])));
    assert_eq!(now["context"]["a"], 1);
    repo.ao(["undo", "HEAD"]).code(1).stderr_has("not an event of this store");
    repo.ao(["undo", "nonsense"]).code(1).stderr_has("'nonsense' is not an event");
}

#[test]
fn deletions_come_back_whole_and_private_ones_too() {
    let repo = Repo::new();
    let (a, b) = (made(&repo, &["One"]), made(&repo, &["--private", "Two"]));
    repo.ao(["complete", &a]).ok();
    repo.ao(["complete", &b]).ok();
    let trees = ["refs/ao/sessions", "refs/ao/private"].map(|name| tree(&repo, name));
    // Events have whole seconds: which of two refs was written last is told by nothing else.
    let mut now = 1_895_195_451;
    let mut at = |args: &[&str]| {
        now += 1;
        repo.ao_run(args).env("GIT_TEST_DATE_NOW", now.to_string()).run().ok()
    };
    at(&["delete", &a]);
    at(&["undo"]).stdout_has(&format!("{a} (One) is restored"));
    at(&["delete", &b]);
    at(&["undo"]).stdout_has(&format!("{b} (Two) is restored"));
    assert_eq!(["refs/ao/sessions", "refs/ao/private"].map(|name| tree(&repo, name)), trees);
    at(&["archive", &b]);
    at(&["undo"]).stdout_has("is unarchived");
    assert_eq!(tree(&repo, "refs/ao/private"), trees[1]);
}

#[test]
fn of_two_changes_in_one_second_none_is_guessed() {
    let repo = Repo::new();
    let (a, b) = (made(&repo, &["One"]), made(&repo, &["--private", "Two"]));
    let at =
        |now: u32, args: &[&str]| repo.ao_run(args).env("GIT_TEST_DATE_NOW", now.to_string()).run();
    let now = 1_895_195_451;
    // Twice public, so that the other half is not the next event.
    at(now, &["set", &a, "title=Three"]).ok();
    at(now, &["set", &b, "title=Four"]).ok();
    at(now, &["set", &a, "tags=x"]).ok();
    let names = ["refs/ao/sessions", "refs/ao/private"];
    let tips = names.map(|name| repo.git(["rev-parse", name]));
    for args in [&["undo"][..], &["undo", "--dry-run"], &["undo", "--json"], &["undo", "--force"]] {
        let refused = at(now, args).code(1).stdout_is("").stderr_has("in the same second");
        let fixes = refused.stderr.matches(": git ao undo ").count();
        assert_eq!(fixes, 2, "{}", refused.stderr);
    }
    assert_eq!(names.map(|name| repo.git(["rev-parse", name])), tips);
    let refused = at(now, &["undo"]).code(1);
    for line in refused.stderr.lines().filter_map(|line| line.split_once(": git ao undo ")) {
        at(now + 1, &["undo", line.1]).ok();
    }
    assert_eq!(shown(&repo, &a)["tags"].as_array().map_or(0, Vec::len), 0);
    assert_eq!(shown(&repo, &b)["title"], "Two");
    // Within one half, the history tells which was the last.
    at(now + 2, &["set", &a, "title=Five"]).ok();
    at(now + 2, &["set", &a, "tags=y"]).ok();
    at(now + 3, &["undo"]).ok().stdout_has("-tags");
    // A change of visibility is one change, in both.
    at(now + 4, &["set", &a, "visibility=private"]).ok();
    at(now + 4, &["undo"]).code(1).stderr_has("changed the visibility of session");
}

#[test]
fn scripts_read_what_was_undone() {
    let repo = Repo::new();
    let id = made(&repo, &["One"]);
    repo.ao(["set", &id, "title=Two"]).ok();
    let event = repo.git(["rev-parse", "refs/ao/sessions"]).trim().to_owned();
    let plan = repo.ao(["undo", "--json", "--dry-run"]).ok().json();
    assert_eq!((&plan["version"], &plan["undo"]["dry_run"]), (&1.into(), &true.into()));
    assert_eq!(shown(&repo, &id)["title"], "Two");
    let done = repo.ao(["undo", "--json"]).ok().json()["undo"].clone();
    assert_eq!((&done["event"]["id"], &done["dry_run"]), (&event.clone().into(), &false.into()));
    let session = &done["sessions"][0];
    assert_eq!(session["change"], "changed");
    assert_eq!(session["before"]["title"], "Two");
    assert_eq!(session["after"], shown(&repo, &id));
    // Nothing is left to undo of it: the list is empty.
    let again = repo.ao(["undo", "--json", &event]).ok().json();
    assert_eq!(again["undo"]["sessions"], serde_json::json!([]));
    repo.ao(["complete", &id]).ok();
    repo.ao(["delete", &id]).ok();
    let back = repo.ao(["undo", "--json"]).ok().json()["undo"]["sessions"][0].clone();
    assert_eq!((&back["change"], &back["before"]), (&"restored".into(), &serde_json::Value::Null));
    assert_eq!(back["after"]["id"], back["id"]);
}

#[test]
fn a_change_of_visibility_is_refused() {
    let repo = Repo::new();
    let id = made(&repo, &["One"]);
    repo.ao(["set", &id, "visibility=private"]).ok();
    for name in ["refs/ao/sessions", "refs/ao/private"] {
        let event = repo.git(["rev-parse", name]);
        repo.ao(["undo", event.trim()]).code(1).stderr_has("changed the visibility of session");
    }
    repo.ao(["set", &id, "visibility=public"]).ok();
    for name in ["refs/ao/sessions", "refs/ao/private"] {
        let event = repo.git(["rev-parse", name]);
        repo.ao(["undo", event.trim()]).code(1).stderr_has("changed the visibility of session");
    }
}

#[test]
fn an_agent_does_not_lose_its_session() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = spawn(&repo, &["--agent", "mine", "--runtime", "detached", "x"]);
    wait_working(&repo, id);
    let event = repo.ao(["log", "--json", "--op", "spawn"]).ok().json()["events"][0]["id"].clone();
    repo.ao(["undo", event.as_str().unwrap()])
        .code(1)
        .stderr_has("is still running")
        .stderr_has("git ao kill");
    repo.ao(["kill", &id.short()]).ok();
    repo.ao(["undo"]).ok().stdout_has("+status: working").stderr_has("agent: git ao restore");
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_working(&repo, id);
    repo.ao(["kill", &id.short()]).ok();
}

#[test]
fn what_is_outside_is_named_with_a_command_that_works() {
    let repo = Repo::new();
    let id = made(&repo, &["Gone"]);
    let spawned = repo.git(["rev-parse", "refs/ao/sessions"]);
    let was = shown(&repo, &id);
    let branch = was["branch"].as_str().unwrap();
    repo.ao(["undo"]).code(1).stderr_has("has not ended");
    repo.ao(["complete", &id]).ok();
    repo.ao(["cleanup", "--branches"]).ok();
    repo.git_result(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")]).code(1);
    let out = repo.ao(["undo"]).ok();
    let hint = out.stderr_has(&format!("git branch '{branch}'")).stderr.clone();
    let line = hint.lines().find_map(|line| line.split_once("branch: ")).unwrap().1.to_owned();
    repo.env().run(repo.dir(), "sh", ["-c", &line]).run().ok();
    repo.git(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")]);
    repo.ao(["restore", "--no-agent", &id]).ok();
    repo.ao(["complete", &id]).ok();
    let out = repo.ao(["undo", "--force", spawned.trim()]).ok();
    let hint = out.stderr_has("git worktree remove").stderr_has("git branch -D").stderr.clone();
    for line in hint.lines().filter_map(|line| line.split_once(": git ")) {
        repo.env().run(repo.dir(), "sh", ["-c", &format!("git {}", line.1)]).run().ok();
    }
    repo.ao(["list"]).ok().stdout_is("");
    assert!(fs::read_dir(repo.common_dir().join("worktrees")).is_err());
}

//! The branch that an agent makes itself is its session's, without any hook.

use std::fs;

use git_ao::model::SessionId;

use crate::support::agents::{
    STAYS, agent, record, spawn, wait_ended, wait_file, wait_working, workspace,
};
use crate::support::{Combo, Repo, TestEnv};

const COMMIT: &str = "git commit -q --allow-empty -m work";

fn start(repo: &Repo, script: &str) -> SessionId {
    agent(repo, "mine", script);
    spawn(repo, &["--agent", "mine", "--runtime", "detached", "x"])
}

fn tip(repo: &Repo, branch: &str) -> String {
    repo.git(["rev-parse", &format!("refs/heads/{branch}")]).trim().to_owned()
}

#[track_caller]
fn is_on(repo: &Repo, id: SessionId, branch: &str) {
    let now = record(repo, id);
    assert_eq!(now.branch.as_deref(), Some(branch));
    assert_eq!(now.head.unwrap().as_str(), tip(repo, branch));
}

fn repos() -> Vec<Repo> {
    let env = TestEnv::new();
    let mut combos = vec![Combo::PLAIN];
    let reftable = Combo { refs: crate::support::Refs::Reftable, ..Combo::PLAIN };
    if crate::support::Refs::can_be_chosen() {
        combos.push(reftable);
    }
    let all = combos.into_iter().enumerate();
    all.map(|(n, combo)| Repo::create(&env, &format!("r{n}"), combo)).collect()
}

#[test]
fn at_its_end_and_all_that_follows() {
    for repo in repos() {
        let id =
            start(&repo, &format!("git switch -q -c fix/own; {COMMIT}; rm -f prompt args env"));
        wait_ended(&repo, id);
        is_on(&repo, id, "fix/own");
        repo.ao(["show", &id.short()]).ok().stdout_has("fix/own");
        let fork = spawn_fork(&repo, id);
        assert_eq!(record(&repo, fork).head.unwrap().as_str(), tip(&repo, "fix/own"));
        let there = workspace(&repo, id);
        repo.ao(["cleanup"]).ok();
        assert!(!there.exists());
        repo.ao(["restore", "--no-agent", &id.short()]).ok();
        let on = repo.within(&there).git(["symbolic-ref", "--short", "HEAD"]);
        assert_eq!(on.trim(), "fix/own");
    }
}

fn spawn_fork(repo: &Repo, id: SessionId) -> SessionId {
    let made = repo.ao(["fork", "--json", "--no-agent", &id.short(), "more"]).ok().json();
    made["session"]["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn when_it_is_killed() {
    for repo in repos() {
        let id = start(
            &repo,
            &format!("{COMMIT}; git switch -q -c own; {COMMIT}; touch ready; {STAYS}"),
        );
        wait_working(&repo, id);
        wait_file(&repo, id, "ready");
        repo.ao(["kill", &id.short()]).ok();
        is_on(&repo, id, "own");
        // A later commit is seen by whatever looks next.
        repo.within(workspace(&repo, id)).git(["commit", "-q", "--allow-empty", "-m", "more"]);
        repo.ao(["kill", &id.short()]).ok();
        is_on(&repo, id, "own");
    }
}

#[test]
fn when_it_is_renamed_and_pushed() {
    let repo = Repo::new();
    let id = start(&repo, "exit 0");
    let old = wait_ended(&repo, id).branch.unwrap();
    let there = repo.within(workspace(&repo, id));
    there.git(["branch", "-m", "better"]);
    there.git(["commit", "-q", "--allow-empty", "-m", "work"]);
    repo.ao(["status", "--all"]).ok().stdout_has("ready, on 'better'");
    let live = repo.ao(["status", "--json", &id.short()]).ok().json();
    let live = &live["sessions"][0]["live"];
    assert_eq!(live["workspace"]["condition"], "ready", "{live}");
    assert_eq!(live["base"]["ahead"], 1, "{live}");
    assert_ne!(old, "better");
    is_on(&repo, id, "better");
    let events = repo.ao(["log", "--json", &id.short()]).ok().json();
    repo.ao(["status", "--all"]).ok();
    assert_eq!(repo.ao(["log", "--json", &id.short()]).ok().json(), events);
    let hub = repo.env().path("hub.git");
    repo.git(["init", "-q", "--bare", hub.to_str().unwrap()]);
    repo.git(["remote", "add", "hub", hub.to_str().unwrap()]);
    repo.ao(["push", "--branches", "hub"]).ok().stdout_has("branch better");
    is_on(&repo, id, "better");
}

/// Nothing of the session stays but what has other work.
#[test]
fn the_one_before_it_goes_with_the_session() {
    let repo = Repo::new();
    let begin = |branch: &str| {
        let id = spawn(&repo, &["--no-agent", "x"]);
        let there = repo.within(workspace(&repo, id));
        let old = record(&repo, id).branch.unwrap();
        there.git(["commit", "-q", "--allow-empty", "-m", "Made before"]);
        there.git(["switch", "-q", "-c", branch]);
        there.commit(&branch.replace('/', "-"), "work\n");
        repo.ao(["complete", &id.short()]).ok();
        (id, old)
    };
    let has = |branch: &str| {
        let name = format!("refs/heads/{branch}");
        !repo.git(["for-each-ref", &name]).is_empty()
    };
    let (landed, old) = begin("fix/a");
    repo.ao(["land", &landed.short()]).ok().stdout_has(&format!("{old} (removed)"));
    assert!(!has(&old) && !has("fix/a"));
    // One that was cleaned up before.
    let (kept, old) = begin("fix/b");
    repo.ao(["cleanup"]).ok();
    assert!(has(&old) && has("fix/b"));
    // Others work on the branches of two more.
    let (_, used) = begin("fix/c");
    repo.git(["worktree", "add", "-q", repo.env().path("other").to_str().unwrap(), &used]);
    let (_, other) = begin("fix/d");
    repo.git(["switch", "-q", &other]);
    repo.commit("by-hand", "more\n");
    repo.git(["switch", "-q", "main"]);
    let out = repo.ao(["cleanup", "--branches", "--dry-run"]).ok().stdout_has(&old);
    out.stdout_lacks(&used).stdout_lacks(&other);
    let out = repo.ao(["cleanup", "--branches", "--json"]).ok().json();
    let all = out["sessions"].as_array().unwrap();
    let one = all.iter().find(|one| one["id"] == kept.to_string().as_str()).unwrap();
    assert_eq!(one["earlier_branches"], serde_json::json!([old]));
    assert!(!has(&old) && has("fix/b") && has(&used) && has(&other));
}

/// A list writes nothing: it is asked for often, and of all sessions.
#[test]
fn when_somebody_shows_it() {
    for repo in repos() {
        let id = spawn(&repo, &["--no-agent", "x"]);
        let there = repo.within(workspace(&repo, id));
        there.git(["switch", "-q", "-c", "own"]);
        there.git(["commit", "-q", "--allow-empty", "-m", "Made there"]);
        let events = || repo.git(["rev-list", "--count", "refs/ao/sessions"]);
        let before = events();
        repo.ao(["list"]).ok();
        assert_eq!(events(), before);
        repo.ao(["show", &id.short()]).ok().stdout_has("own\n").stdout_has(" Made there\n");
        is_on(&repo, id, "own");
        repo.ao(["list"]).ok().stdout_has("own");
        let before = events();
        repo.ao(["show", &id.short()]).ok();
        assert_eq!(events(), before);
    }
}

/// What was there before, what another session works on, and what git is in the middle of.
#[test]
fn a_branch_that_is_only_visited_is_not_its_own() {
    let repo = Repo::new();
    repo.commit("one", "1");
    repo.git(["branch", "old", "HEAD^"]);
    repo.commit("two", "2");
    let id = start(&repo, "exit 0");
    let own = wait_ended(&repo, id).branch.unwrap();
    let there = repo.within(workspace(&repo, id));
    let other = record(&repo, spawn(&repo, &["--no-agent", "--no-worktree", "y"])).branch.unwrap();
    for visited in ["old", &other] {
        there.git(["switch", "-q", visited]);
        repo.ao(["kill", &id.short()]).ok();
        repo.ao(["cleanup", "--dry-run"]).ok();
        is_on(&repo, id, &own);
    }
    there.git(["switch", "-q", "-c", "mine"]);
    there.git(["reset", "-q", "--hard", &own]);
    let head = there.git(["rev-parse", "--git-path", "BISECT_LOG"]);
    there.git(["switch", "-q", "-c", "bisected"]);
    fs::write(there.dir().join(head.trim()), "git bisect start\n").unwrap();
    repo.ao(["kill", &id.short()]).ok();
    is_on(&repo, id, &own);
    there.git(["bisect", "reset"]);
    there.git(["switch", "-q", "--detach"]);
    repo.ao(["kill", &id.short()]).ok();
    is_on(&repo, id, &own);
}

//! Each command that a hint prints is run as it is printed, in the state in which it is printed.

use std::fs;

use super::world::{World, until};
use crate::support::sessions::plant_record;
use crate::support::{Out, Repo};

/// The commands in the hints: what comes after a colon, or alone on a line.
pub(super) fn commands(out: &Out) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in out.stderr.lines().filter_map(|line| line.strip_prefix("hint: ")) {
        if let Some(last) = all.last_mut().filter(|last| last.ends_with("&&")) {
            *last = format!("{last} {}", line.trim());
            continue;
        }
        let starts = ["git ", "rm ", "printf ", "fuser ", "kill "];
        let is_command = |text: &str| starts.iter().any(|start| text.starts_with(start));
        let after_colon = line.split(": ").last().unwrap_or_default();
        all.extend(
            [line.trim(), after_colon].into_iter().find(|it| is_command(it)).map(Into::into),
        );
    }
    // What is to be filled in cannot be pasted.
    all.retain(|command| !command.contains('<'));
    all
}

/// What is to come of the command that failed, once the hint was followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It works.
    Works,
    /// The hint only shows something.
    Whatever,
}

/// Runs what is typed, then the one command that is hinted at and begins like `hint`.
#[track_caller]
pub(super) fn follow(repo: &Repo, typed: &[&str], hint: &str, then: Then) {
    let said = repo.ao(typed);
    let all = commands(&said);
    let command = all.iter().find(|it| it.starts_with(hint));
    let command = command.unwrap_or_else(|| panic!("no '{hint}' in {all:?}: {said}"));
    repo.env().shell(repo.dir(), command).run().ok();
    if then == Then::Works {
        repo.ao(typed).ok();
    }
}

fn with_agent() -> World {
    let world = World::new();
    world.repo.config("ao.runtime", "detached");
    world
}

fn running(world: &World) -> String {
    let id = world.spawn(&["the task"]);
    until("the agent works", || world.live(&id)["agent"] == "alive");
    id
}

fn ended(world: &World) -> String {
    let id = world.spawn(&["--no-agent", "the task"]);
    world.repo.ao(["complete", &id]).ok();
    id
}

#[test]
fn about_records() {
    let world = World::new();
    let repo = &world.repo;
    let id = ended(&world);
    follow(repo, &["show", "zzzz"], "git ao list --all", Then::Whatever);
    follow(repo, &["show", "@"], "git ao list", Then::Whatever);
    follow(repo, &["undo", "0123456789abcdef"], "git ao log", Then::Whatever);
    repo.ao(["archive", &id]).ok();
    follow(repo, &["set", &id, "title=x"], &format!("git ao unarchive {}", &id[..8]), Then::Works);
    let path = format!("sessions/demo/{}/{id}.yaml", &id[..2]);
    plant_record(repo, &path, "not: [a record");
    follow(repo, &["set", &id, "title=x"], "git ao show --yaml", Then::Whatever);
    follow(repo, &["set", &id, "title=x"], "git ao delete", Then::Whatever);
    repo.ao(["show", &id]).code(1);
}

#[test]
fn about_undo() {
    let world = World::new();
    let repo = &world.repo;
    // The events cannot be listed either.
    repo.ao(["log"]).code(128);
    for typed in [&["undo"][..], &["undo", "--json"], &["undo", "HEAD"]] {
        repo.ao(typed).code(1).stderr_has("git ao spawn").stderr_lacks("git ao log");
    }
    let id = ended(&world);
    let spawned = repo.git(["rev-parse", "refs/ao/sessions~1"]);
    for to in ["private", "public", "private"] {
        repo.ao(["set", &id, &format!("visibility={to}")]).ok();
        let from = if to == "private" { "public" } else { "private" };
        let event = repo.git(["rev-parse", &format!("refs/ao/{}", name(to))]);
        let hint = format!("git ao set {} visibility={from}", &id[..8]);
        follow(repo, &["undo", event.trim()], &hint, Then::Whatever);
        assert_eq!(visibility(repo, &id), from);
        repo.ao(["set", &id, &format!("visibility={to}")]).ok();
    }
    // Nor is it undone where it is no longer.
    let hint = format!("git ao set {} visibility=public", &id[..8]);
    follow(repo, &["undo", "--force", spawned.trim()], &hint, Then::Works);
    repo.ao(["show", &id]).code(1);
    let event = repo.git(["rev-parse", "refs/ao/private"]);
    repo.ao(["undo", event.trim()]).code(1).stderr_lacks("git ao set");
}

fn name(visibility: &str) -> &str {
    if visibility == "private" { "private" } else { "sessions" }
}

fn visibility(repo: &Repo, id: &str) -> String {
    let shown = repo.ao(["show", "--json", id]).ok().json();
    shown["session"]["visibility"].as_str().unwrap().to_owned()
}

#[test]
fn about_issues_and_branches() {
    let world = World::new();
    let repo = &world.repo;
    let id = world.spawn(&["--no-agent", "--issue", "7", "the task"]);
    let again = ["spawn", "--no-agent", "--issue", "7", "the task"];
    follow(repo, &again, &format!("git ao show {}", &id[..8]), Then::Whatever);
    let there = repo.within(world.worktree(&id));
    there.git(["switch", "-q", "-c", "other"]);
    let restore = ["restore", "--no-agent", &*id];
    repo.ao(restore).ok();
    repo.git(["update-ref", "-d", "refs/heads/other"]);
    follow(repo, &restore, "git update-ref refs/heads/other ", Then::Works);
    repo.git(["worktree", "remove", there.dir().to_str().unwrap()]);
    repo.git(["switch", "-q", "other"]);
    repo.config("ao.runtime", "none");
    follow(repo, &restore, "git ao fork ", Then::Whatever);
    follow(repo, &restore, "git -C ", Then::Works);
}

#[test]
fn about_agents() {
    let world = with_agent();
    let repo = &world.repo;
    let id = running(&world);
    follow(repo, &["restore", &id], "git ao kill ", Then::Whatever);
    until("the agent is gone", || world.live(&id)["agent"] == "gone");
    // It cannot go on with its conversation.
    for typed in [&["send", &id, "text"][..], &["attach", &id], &["pause", &id]] {
        follow(repo, typed, "git ao restore --fresh ", Then::Whatever);
        until("the agent works", || world.live(&id)["agent"] == "alive");
        repo.ao(["kill", &id]).ok();
    }
    follow(repo, &["undo"], "git ao restore --fresh ", Then::Whatever);
    repo.ao(["kill", &id]).ok();
    repo.ao(["set", "--force", &id, "status=merged"]).ok();
    follow(repo, &["resume", &id], "git ao restore --force --fresh ", Then::Whatever);
    repo.ao(["kill", &id]).ok();
    let id = world.spawn(&["--no-agent", "another task"]);
    follow(repo, &["send", &id, "text"], "git ao restore ", Then::Whatever);
    until("the agent works", || world.live(&id)["agent"] == "alive");
    repo.ao(["kill", &id]).ok();
}

#[test]
fn about_repositories() {
    let world = World::new();
    let env = world.repo.env();
    let empty = env.path("empty");
    world.repo.git(["init", "-q", empty.to_str().unwrap()]);
    let empty = world.repo.within(&empty);
    follow(&empty, &["spawn", "--no-agent", "x"], "git commit --allow-empty", Then::Works);
    world.repo.config("core.hooksPath", "/dev/null");
    follow(&world.repo, &["hooks", "install"], "git config --show-origin ", Then::Whatever);
}

#[test]
fn about_remotes() {
    let world = World::new();
    let repo = &world.repo;
    let bare = repo.env().path("hub.git");
    repo.git(["init", "-q", "-b", "main", "--bare", bare.to_str().unwrap()]);
    repo.git(["remote", "add", "hub", bare.to_str().unwrap()]);
    repo.git(["remote", "add", "gone", "/nowhere"]);
    let id = world.spawn(&["--no-agent", "x"]);
    follow(repo, &["pull", "gone"], "git remote -v", Then::Whatever);
    follow(repo, &["fsck", "--remote", "hub"], "git ao fetch hub", Then::Whatever);
    follow(repo, &["push", "hub"], "git ao push --dry-run hub", Then::Whatever);
    world.repo.ao(["set", &id, "title=y"]).ok();
    follow(repo, &["push", "hub"], "git ao push --branches hub", Then::Works);

    let other = World::new();
    other.spawn(&["--no-agent", "unrelated"]);
    other.repo.git(["remote", "add", "hub", bare.to_str().unwrap()]);
    follow(&other.repo, &["pull", "hub"], "git remote get-url hub", Then::Whatever);
    follow(&other.repo, &["pull", "hub"], "git ao pull --allow-unrelated hub", Then::Works);
}

#[test]
fn about_what_was_removed() {
    let world = World::new();
    let repo = &world.repo;
    let id = ended(&world);
    follow(repo, &["delete", &id], "git ao log ", Then::Whatever);
    repo.ao(["undo"]).ok();
    follow(repo, &["delete", &id], "git show ", Then::Whatever);
    let work = world.spawn(&["--no-agent", "work"]);
    fs::write(world.worktree(&work).join("new"), "x").unwrap();
    repo.ao(["complete", &work]).ok();
    follow(repo, &["cleanup"], "git ao cleanup --force", Then::Whatever);
    assert!(!world.worktree(&work).exists());
    let left = world.spawn(&["--no-agent", "left"]);
    repo.ao(["complete", &left]).ok();
    follow(repo, &["delete", &left], "git ao cleanup --branches", Then::Whatever);
    assert!(!world.worktree(&left).exists());
}

/// Wherever they are pasted: the main worktree belongs to no session.
#[test]
fn about_a_session_it_is_named() {
    let world = with_agent();
    let repo = &world.repo;
    let id = ended(&world);
    let set = ["set", &*id, "status=working"];
    repo.ao(set).code(1).stderr_has("hint: --force only changes the status");
    follow(repo, &set, "git ao restore ", Then::Whatever);
    until("the agent works", || world.live(&id)["agent"] == "alive");
    repo.ao(["kill", &id]).ok();
    follow(repo, &["run", &id], "git ao restore ", Then::Whatever);
    until("the agent works", || world.live(&id)["agent"] == "alive");
    repo.ao(["kill", &id]).ok();
}

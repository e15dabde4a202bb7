//! More commands of hints, run as they are printed: about clones, merges and worktrees that are gone.

use std::fs;

use super::hints::{Then, commands, follow};
use super::world::{World, until};
use crate::support::Repo;

/// A bare repository with the sessions and branches of the world.
fn hub(world: &World) -> String {
    let bare = world.repo.env().path("hub.git").display().to_string();
    world.repo.git(["init", "-q", "-b", "main", "--bare", &bare]);
    world.repo.git(["remote", "add", "hub", &bare]);
    world.repo.git(["push", "-q", "hub", "main"]);
    bare
}

fn clone(world: &World, from: &str) -> Repo {
    let path = world.repo.env().path("clone");
    world.repo.git(["clone", "-q", "-o", "hub", from, path.to_str().unwrap()]);
    let clone = world.repo.within(&path);
    clone.config("ao.runtime", "none");
    clone.config("ao.agent.test.command", "true {prompt}");
    clone
}

#[test]
fn about_a_session_of_another_clone() {
    let world = World::new();
    let repo = &world.repo;
    repo.git(["config", "ao.runtime", "detached"]);
    let id = world.spawn(&["the task"]);
    until("the agent works", || world.live(&id)["agent"] == "alive");
    let other = clone(&world, &hub(&world));
    repo.ao(["push", "--branches", "hub"]).ok();
    other.git(["fetch", "-q", "hub"]);
    other.ao(["pull", "hub"]).ok();
    for typed in [&["attach", &id][..], &["send", &id, "text"]] {
        follow(&other, typed, &format!("git ao fork {}", &id[..8]), Then::Whatever);
    }
    repo.ao(["kill", &id]).ok();
}

#[test]
fn about_a_merge() {
    let world = World::new();
    let repo = &world.repo;
    let id = world.spawn(&["--no-agent", "the task"]);
    let other = clone(&world, &hub(&world));
    repo.ao(["push", "hub"]).ok();
    other.ao(["pull", "hub"]).ok();
    other.ao(["set", &id, "title=theirs", "tags+=b"]).ok();
    other.ao(["push", "hub"]).ok();
    repo.ao(["set", &id, "title=ours"]).ok();
    let pulled = repo.ao(["pull", "hub"]).ok();
    let look = commands(&pulled).into_iter().find(|it| it.starts_with("git ao log -p "));
    repo.env().shell(repo.dir(), &look.expect("the other value is shown")).run().ok();
    let merge = repo.git(["rev-parse", "refs/ao/sessions"]);
    follow(repo, &["undo", merge.trim()], "git ao log --graph", Then::Whatever);
}

#[test]
fn about_two_places_to_push_to() {
    let world = World::new();
    let repo = &world.repo;
    let first = hub(&world);
    let second = World::new();
    second.spawn(&["--no-agent", "unrelated"]);
    let urls = [first.as_str(), second.repo.dir().to_str().unwrap()];
    for url in urls {
        repo.git(["remote", "set-url", "--add", "--push", "hub", url]);
    }
    world.spawn(&["--no-agent", "the task"]);
    follow(repo, &["push", "hub"], "git remote get-url --push --all hub", Then::Whatever);
}

#[test]
fn about_a_worktree_that_is_gone() {
    let world = World::new();
    let repo = &world.repo;
    let id = world.spawn(&["--no-agent", "the task"]);
    let path = world.worktree(&id);
    repo.ao(["complete", &id]).ok();
    repo.git(["worktree", "lock", path.to_str().unwrap()]);
    fs::remove_dir_all(&path).unwrap();
    let restore = ["restore", "--no-agent", &*id];
    follow(repo, &restore, "git worktree unlock ", Then::Works);
    assert!(path.join(".git").is_file());
}

#[test]
fn about_what_a_remote_still_has() {
    let world = World::new();
    let repo = &world.repo;
    let id = world.spawn(&["--no-agent", "the task"]);
    hub(&world);
    repo.ao(["push", "hub"]).ok();
    repo.ao(["set", &id, "title=x"]).ok();
    repo.ao(["push", "hub"]).ok();
    let record = format!("refs/ao/sessions:sessions/demo/{}/{id}.yaml", &id[..2]);
    let blob = repo.git(["rev-parse", &record]);
    let (folder, file) = blob.trim().split_at(2);
    fs::remove_file(repo.common_dir().join("objects").join(folder).join(file)).unwrap();
    let repaired = repo.ao(["fsck", "--repair"]);
    let all = commands(&repaired);
    assert_eq!(all.len(), 2, "{repaired}");
    for command in all {
        repo.env().shell(repo.dir(), &command).run().ok();
    }
    let shown = repo.ao(["show", "--json", &id]).ok().json();
    assert_eq!(shown["session"]["title"], "x");
}

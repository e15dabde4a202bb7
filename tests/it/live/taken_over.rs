//! A session that runs in this clone, and that another clone has taken over and ended: what runs
//! here is this clone's, whatever the record says.

use std::path::PathBuf;

use git_ao::model::SessionStatus;
use serde_json::Value;

use super::world::{World, until};
use crate::support::Repo;

/// Another clone, whose agents run on a tmux server of its own.
fn other_clone(world: &World) -> Repo {
    let hub = world.repo.env().path("hub.git");
    world.repo.git(["init", "-q", "--bare", hub.to_str().unwrap()]);
    world.repo.git(["remote", "add", "origin", hub.to_str().unwrap()]);
    world.repo.git(["push", "-q", "origin", "main"]);
    let other = world.repo.env().path("other");
    world.repo.git(["clone", "-q", hub.to_str().unwrap(), other.to_str().unwrap()]);
    let other = world.repo.within(&other);
    let socket = world.repo.env().path("other.sock");
    other.config("ao.tmuxSocket", socket.to_str().unwrap());
    other.config("ao.agent", "stay");
    other.config("ao.agent.stay.command", "sleep 1000");
    other
}

/// A session at work here, with a commit, that is known there.
fn at_work(world: &World, other: &Repo) -> String {
    let id = world.spawn(&["--runtime", "tmux", "the task"]);
    until("the agent works", || world.session(&id).status == SessionStatus::Working);
    world.repo.within(place(world, &id)).commit("work", "");
    world.repo.ao(["push", "-q", "--branches"]).ok();
    other.git(["fetch", "-q", "origin", "+refs/heads/ao/*:refs/heads/ao/*"]);
    other.ao(["pull", "-q"]).ok();
    id
}

fn live(repo: &Repo, id: &str) -> Value {
    let all: Value = repo.ao(["status", "--json", id]).ok().json();
    all["sessions"][0]["live"].clone()
}

fn place(world: &World, id: &str) -> PathBuf {
    world.repo.env().home().join(".worktrees/hub").join(&id[..8])
}

/// Nothing that a cleanup may do here ends the agent or takes what it works on.
#[track_caller]
fn assert_untouched(world: &World, id: &str, before: &Value, branch: &str) {
    for options in [&["--branches"][..], &["--branches", "--force"]] {
        let out = world.repo.ao([&["cleanup"], options].concat());
        out.stdout_lacks(&format!("cleaned up {}", &id[..8]));
        let now = world.live(id);
        assert_eq!((&now["agent"], &now["pid"]), (&before["agent"], &before["pid"]), "{now}");
        assert!(place(world, id).join("work").exists());
        world.repo.git(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")]);
    }
}

#[test]
fn what_is_killed_there_goes_on_here() {
    let world = World::new();
    let other = other_clone(&world);
    let id = at_work(&world, &other);
    let (before, branch) = (world.live(&id), world.session(&id).branch.unwrap());
    assert_eq!(before["agent"], "alive");

    // Nothing of it runs there yet.
    let out = other.ao(["kill", &id]).code(1);
    out.stderr_has(&world.store().known_replica().unwrap());
    assert_eq!(world.live(&id)["pid"], before["pid"]);

    other.ao(["restore", "--force", "--fresh", "--agent", "stay", &id]).ok();
    until("it works there", || live(&other, &id)["agent"] == "alive");
    other.ao(["kill", &id]).ok();
    until("it has ended there", || live(&other, &id)["agent"] == "gone");
    other.ao(["push", "-q"]).ok();
    let now = world.live(&id);
    assert_eq!((&now["agent"], &now["pid"]), (&before["agent"], &before["pid"]), "{now}");

    world.repo.ao(["pull", "-q"]).ok();
    assert_eq!(world.session(&id).status, SessionStatus::Killed);
    world.repo.ao(["status"]).ok().stdout_has(" active ");
    assert_untouched(&world, &id, &before, &branch);

    // Here it is ended by who has it here.
    world.repo.ao(["kill", "--force", &id]).ok();
    assert_eq!(world.live(&id)["agent"], "gone");
}

/// Not only `kill` ends a session there.
#[test]
fn however_it_was_ended_there() {
    let world = World::new();
    let other = other_clone(&world);
    let id = at_work(&world, &other);
    let (before, branch) = (world.live(&id), world.session(&id).branch.unwrap());
    for verb in ["complete", "archive", "delete"] {
        let force = if verb == "archive" { None } else { Some("--force") };
        other.ao([verb].into_iter().chain(force).chain([id.as_str()])).ok();
        other.ao(["push", "-q"]).ok();
        world.repo.ao(["pull", "-q"]).ok();
        if verb == "delete" {
            world.repo.ao(["cleanup", "--branches", "--force"]);
            assert!(place(&world, &id).join("work").exists());
            let pid = before["pid"].to_string();
            world.repo.env().run(world.repo.dir(), "kill", ["-0", &pid]).run().ok();
            world.repo.git(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")]);
        } else {
            assert_untouched(&world, &id, &before, &branch);
        }
    }
}

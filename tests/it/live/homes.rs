//! Two users of one clone: `~/` in a record is below the home directory of the one who wrote it.

use std::fs;
use std::path::PathBuf;

use super::world::{World, until};
use crate::support::{Out, Run};

/// Another user, with a home directory of their own.
fn as_bob(world: &World, args: &[&str]) -> Run {
    world.repo.ao_run(args).env("HOME", bobs(world))
}

fn bobs(world: &World) -> PathBuf {
    let home = world.repo.env().path("bob");
    fs::create_dir_all(&home).unwrap();
    home
}

/// What is where the record would lead the other user.
fn decoy(world: &World, id: &str) -> PathBuf {
    let there = bobs(world).join(".worktrees/demo").join(&id[..8]);
    fs::create_dir_all(&there).unwrap();
    fs::write(there.join("precious"), "1").unwrap();
    there
}

#[track_caller]
fn recorded(world: &World, id: &str) -> String {
    world.placement(id).unwrap().workspace.unwrap()
}

#[test]
fn a_worktree_is_found_whoever_looks() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let path = world.worktree(&id);
    let text = format!("~/.worktrees/demo/{}", &id[..8]);
    assert_eq!(recorded(&world, &id), text);
    let decoy = decoy(&world, &id);
    let path_in = |out: Out, place: &[&str]| {
        let all = out.ok().json();
        let session = all.get("session").unwrap_or_else(|| &all["sessions"][0]);
        place.iter().fold(session, |value, key| &value[key]).as_str().map(PathBuf::from)
    };
    let there = Some(path.clone());
    let seen = |args: &[&str], place: &[&str]| path_in(as_bob(&world, args).run(), place);
    assert_eq!(seen(&["status", "--json", &id], &["live", "path"]), there);
    for verb in ["list", "status"] {
        assert_eq!(seen(&[verb, "--json"], &["workspace_path"]), there, "{verb}");
    }
    assert_eq!(seen(&["show", "--json", &id], &["workspace_path"]), there);
    let shown = as_bob(&world, &["show", &id]).run().ok();
    let shown = shown.stdout_lacks(&format!("(here): {text}"));
    shown.stdout_has(&format!("(here): {}", path.display()));
    world.repo.ao(["show", &id]).ok().stdout_has(&format!("(here): {text}"));

    // A worktree of this repository is where the record leads him, and it is nobody's.
    fs::remove_dir_all(&decoy).unwrap();
    world.repo.git(["worktree", "add", "-q", "-b", "mine", decoy.to_str().unwrap()]);
    as_bob(&world, &["list", "--here", "--json"]).dir(&decoy).run().ok().stdout_lacks(&id);
    as_bob(&world, &["list", "--here", "--json"]).dir(&path).run().ok().stdout_has(&id);
}

#[test]
fn nothing_is_said_to_have_moved() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let before = world.events();
    let out = as_bob(&world, &["reconcile"]).run().ok();
    out.stdout_lacks(&id[..8]);
    assert_eq!(world.events(), before);
    // Where it did move, that is recorded, and found by both.
    let new = world.repo.env().path("elsewhere");
    world.repo.git([
        "worktree",
        "move",
        world.worktree(&id).to_str().unwrap(),
        new.to_str().unwrap(),
    ]);
    as_bob(&world, &["reconcile"]).run().ok().stdout_has(&id[..8]);
    assert_eq!(recorded(&world, &id), new.to_str().unwrap());
    world.repo.ao(["reconcile"]).ok().stdout_lacks(&id[..8]);
}

#[test]
fn what_is_done_is_done_to_the_sessions_own_worktree() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    until("the agent works", || world.live(&id)["agent"] == "alive");
    let path = world.worktree(&id);
    let decoy = decoy(&world, &id);
    // Its agent has started something that goes on without it.
    let mut left = world.repo.env().run(&path, "sleep", ["600"]).env("AO_SESSION_ID", &id).spawn();
    as_bob(&world, &["kill", "--all-processes", &id]).run().ok().stdout_has("sleep");
    until("it was ended", || left.try_wait().unwrap().is_some());
    // Undoing says nothing of a worktree that is there.
    let undone = as_bob(&world, &["undo", "--force"]).run().ok();
    undone.stdout_lacks("worktree").stderr_lacks("worktree");
    world.repo.ao(["complete", "--force", &id]).ok();
    as_bob(&world, &["restore", "--no-agent", "--force", &id]).run().ok();
    assert!(path.join(".git").exists());
    world.repo.ao(["complete", &id]).ok();
    as_bob(&world, &["cleanup", "--branches"]).run().ok().stdout_has(path.to_str().unwrap());
    assert!(!path.exists());
    assert_eq!(fs::read_to_string(decoy.join("precious")).unwrap(), "1");
}

/// The other user makes a worktree of the branch where the record would lead them.
#[test]
fn another_worktree_does_not_take_the_session_over() {
    let world = World::new();
    world.repo.ao(["hooks", "install", "post-checkout"]).ok();
    let id = world.spawn(&["--no-agent", "the task"]);
    let before = world.events();
    let there = bobs(&world).join(".worktrees/demo").join(&id[..8]);
    let branch = world.session(&id).branch.unwrap();
    let add = ["worktree", "add", "-q", "--force", there.to_str().unwrap(), &branch];
    let git = world.repo.env().git(world.repo.dir(), add).env("HOME", bobs(&world));
    git.run().ok();
    assert!(!world.repo.common_dir().join(format!("worktrees/{}1/AO_SESSION", &id[..8])).exists());
    assert_eq!(world.events(), before);
}

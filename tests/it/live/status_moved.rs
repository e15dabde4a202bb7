//! What status says of a worktree that was moved.

use std::fs;
use std::path::Path;

use super::world::World;

/// Status tells the place and what is in it, and restore finds the same.
fn assert_found(world: &World, id: &str, at: &Path) {
    let live = world.live(id);
    assert_eq!(live["path"].as_str(), at.to_str(), "{live}");
    assert_eq!(live["workspace"]["condition"], "ready", "{live}");
    assert_eq!(live["workspace"]["changes"]["untracked"], 1, "{live}");
    world.repo.ao(["status"]).ok().stdout_has(" ready ").stdout_lacks("missing");
    world.repo.ao(["restore", "--no-agent", id]).ok();
    assert_eq!(world.live(id)["path"].as_str(), at.to_str());
}

fn spawn(world: &World) -> (String, std::path::PathBuf) {
    let id = world.spawn(&["--no-agent", "the task"]);
    fs::write(world.worktree(&id).join("untracked"), "").unwrap();
    (id, world.repo.env().path("elsewhere"))
}

#[test]
fn by_git() {
    let world = World::new();
    let (id, new) = spawn(&world);
    let old = world.worktree(&id);
    world.repo.git(["worktree", "move", old.to_str().unwrap(), new.to_str().unwrap()]);
    assert_found(&world, &id, &new);
}

#[test]
fn by_hand_and_repaired() {
    let world = World::new();
    let (id, new) = spawn(&world);
    fs::rename(world.worktree(&id), &new).unwrap();
    assert_ne!(world.live(&id)["workspace"]["condition"], "ready");
    world.repo.git(["worktree", "repair", new.to_str().unwrap()]);
    assert_found(&world, &id, &new);
}

/// A worktree of the user's own has come to the old place.
#[test]
fn while_another_is_in_the_old_place() {
    let world = World::new();
    let (id, new) = spawn(&world);
    let old = world.worktree(&id);
    let path = old.to_str().unwrap();
    world.repo.git(["worktree", "move", path, new.to_str().unwrap()]);
    world.repo.git(["worktree", "add", "-q", "-b", "mine", path]);
    assert_found(&world, &id, &new);
}

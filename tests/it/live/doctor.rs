use std::fs;

use super::world::World;
use crate::support::sessions::plant_record;

#[test]
fn each_thing_that_is_wrong_is_found_with_its_fix() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    world.repo.ao(["doctor"]).ok().stdout_lacks("wrong").stdout_lacks("fixable");
    for (key, bad, good) in [("ao.runtime", "warp", "tmux"), ("ao.agent", "nobody", "test")] {
        world.repo.git(["config", key, bad]);
        world.repo.ao(["doctor"]).code(1).stdout_has(&format!("wrong: {key}: "));
        world.repo.git(["config", key, good]);
    }
    world.repo.git(["branch", "ao/lonely"]);
    world.repo.ao(["doctor"]).ok().stdout_has("note: no session for the branch 'ao/lonely'");

    fs::remove_dir_all(world.worktree(&id)).unwrap();
    world
        .repo
        .ao(["doctor"])
        .code(1)
        .stdout_has("fixable: session ")
        .stdout_has("git ao reconcile");
    world.repo.ao(["doctor", "--fix"]).ok().stdout_lacks("fixable");

    let orphan = world.spawn(&["--no-agent", "orphan"]);
    let path = format!("sessions/demo/{}/{id}.yaml", &id[..2]);
    world.store().delete(super::world::id(&orphan)).unwrap();
    assert!(world.worktree(&orphan).exists());
    world.repo.ao(["doctor"]).code(1).stdout_has("git worktree remove '");
    plant_record(&world.repo, &path, "not: [a record");
    let json = world.repo.ao(["doctor", "--json"]).code(1).json();
    let all = json["findings"].as_array().unwrap();
    assert!(all.iter().any(|f| f["what"].as_str().unwrap().contains(&id)), "{json}");
}

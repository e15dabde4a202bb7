//! How often git is asked for the state of many sessions.

use std::fs;

use super::world::World;
use crate::support::{Combo, Objects, Refs, write_script};

/// Puts a git in front of the real one that writes down how it is called.
fn watched(world: &World) -> (String, std::path::PathBuf) {
    let (folder, log) = (world.repo.env().path("watched"), world.repo.env().path("calls"));
    let real = world.repo.env().run(world.repo.dir(), "sh", ["-c", "command -v git"]).run().ok();
    let real = real.stdout.trim().to_owned();
    let body = format!("echo \"$@\" >>'{}'; exec '{real}' \"$@\"", log.display());
    write_script(&folder.join("git"), &body);
    let path = world.repo.env().run(world.repo.dir(), "sh", ["-c", "echo $PATH"]).run().ok();
    (format!("{}:{}", folder.display(), path.stdout.trim()), log)
}

/// What `git ao <args>` asks git for, as the verbs of git, sorted.
fn asked(world: &World, args: &[&str]) -> Vec<String> {
    let (path, log) = watched(world);
    fs::write(&log, "").unwrap();
    world.repo.ao_run(args).env("PATH", &path).run().ok();
    let calls = fs::read_to_string(&log).unwrap();
    let words = calls.lines().filter_map(|line| line.split(' ').next().map(str::to_owned));
    let mut verbs: Vec<String> = words.collect();
    verbs.sort();
    verbs
}

fn sessions(world: &World, count: usize) -> Vec<String> {
    let spawn = |number| world.spawn(&["--no-agent", &format!("task {number}")]);
    let ids: Vec<String> = (0..count).map(spawn).collect();
    for (number, id) in ids.iter().enumerate() {
        let tree = world.repo.within(world.worktree(id));
        for commit in 0..number {
            tree.commit(&format!("own {commit}"), "");
        }
        world.repo.commit(&format!("base {id}"), "");
    }
    ids
}

#[test]
fn commits_are_counted_without_git() {
    let world = World::new();
    let ids = sessions(&world, 3);
    // Whether one that is ahead and behind was squashed is asked once.
    assert!(asked(&world, &["status"]).len() <= 1);
    assert!(asked(&world, &["status"]).is_empty());
    for (number, id) in ids.iter().enumerate() {
        let base = &world.live(id)["base"];
        assert_eq!((&base["ahead"], &base["behind"]), (&number.into(), &3.into()), "{base}");
    }
    // Merged branches: only their reflogs, together.
    for id in &ids[1..] {
        let branch = world.session(id).branch.unwrap();
        world.repo.git(["merge", "-q", "--no-edit", &branch]);
        assert_eq!(world.live(id)["base"]["merged"], true);
    }
    assert_eq!(asked(&world, &["status"]), ["log"]);
    // The base branch is gone, but not what it had.
    world.repo.git(["branch", "-q", "-m", "main", "other"]);
    let many = asked(&world, &["status"]);
    assert!(many.len() < 6, "{many:?}");
}

#[test]
fn refs_that_are_not_files_are_read_together() {
    if !Refs::can_be_chosen() {
        return;
    }
    let world = World::of(Combo { refs: Refs::Reftable, objects: Objects::Sha256, ..Combo::PLAIN });
    sessions(&world, 2);
    let two = asked(&world, &["status"]);
    sessions(&world, 3);
    assert_eq!(asked(&world, &["status"]), two);
}

/// What is asked of git does not depend on how many sessions there are.
#[test]
fn reconcile_and_cleanup_look_at_all_sessions_at_once() {
    if !Refs::can_be_chosen() {
        return;
    }
    let world = World::of(Combo { refs: Refs::Reftable, objects: Objects::Sha256, ..Combo::PLAIN });
    let ended = |count: usize| {
        for number in 0..count {
            let id = world.spawn(&["--no-worktree", &format!("ended {number}")]);
            world.repo.ao(["cancel", &id]).ok();
        }
    };
    let verbs: [&[&str]; 2] = [&["reconcile", "--dry-run"], &["cleanup", "--dry-run"]];
    ended(1);
    sessions(&world, 1);
    world.repo.ao(["reconcile"]).ok();
    let few = verbs.map(|args| asked(&world, args));
    ended(3);
    sessions(&world, 3);
    world.repo.ao(["reconcile"]).ok();
    assert_eq!(verbs.map(|args| asked(&world, args)), few);
}

/// A base that is a symbolic ref, as where a branch was renamed and its old name kept.
#[test]
fn a_symbolic_base_is_followed() {
    let world = World::new();
    let id = sessions(&world, 1).remove(0);
    world.repo.git(["branch", "-q", "-m", "main", "trunk"]);
    world.repo.git(["symbolic-ref", "refs/heads/main", "refs/heads/trunk"]);
    let base = &world.live(&id)["base"];
    assert_eq!((&base["behind"], &base["ref"]), (&1.into(), &"refs/heads/main".into()), "{base}");
    // One that is broken does not exist.
    fs::write(world.repo.common_dir().join("refs/heads/main"), "nonsense\n").unwrap();
    assert_eq!(world.live(&id)["base"]["replaced"], true);
}

#[test]
fn a_shallow_clone_and_a_read_only_one_have_their_counts() {
    let world = World::new();
    let id = sessions(&world, 2).remove(1);
    let tip = world.repo.git(["rev-parse", "main~1"]);
    fs::write(world.repo.common_dir().join("shallow"), tip).unwrap();
    let base = &world.live(&id)["base"];
    assert_eq!((&base["ahead"], &base["behind"]), (&2.into(), &2.into()), "{base}");
    assert!(asked(&world, &["status"]).contains(&"rev-list".to_owned()));
}

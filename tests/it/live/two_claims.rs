//! Two records that name the same worktree: it is that of the session that it names itself.

use std::fs;
use std::path::PathBuf;

use git_ao::model::SessionStatus;

use super::world::{World, until};

/// The session whose worktree it is, and another one whose record names that worktree, its process
/// and its branch.
fn two(world: &World) -> (String, String, PathBuf) {
    let owner = world.spawn(&["--runtime", "detached", "the task"]);
    until("the agent works", || world.session(&owner).status == SessionStatus::Working);
    let other = world.spawn(&["--no-agent", "--force", "the task"]);
    let tree = world.worktree(&other);
    world.repo.git(["worktree", "remove", "--force", tree.to_str().unwrap()]);
    let placement = world.placement(&owner).unwrap();
    let branch = world.session(&owner).branch;
    world.change_placement(&other, |here| *here = placement.clone());
    world.change(&other, |session| session.branch.clone_from(&branch));
    let tree = world.worktree(&owner);
    (owner, other, tree)
}

#[test]
fn verbs_leave_it_to_its_owner() {
    let world = World::new();
    let (owner, other, tree) = two(&world);
    fs::write(tree.join("work"), "").unwrap();
    let before = world.session(&owner);
    let live = world.live(&other);
    assert_eq!(live["workspace"]["condition"], "another_session", "{live}");
    assert_ne!(live["agent"], "alive", "{live}");
    assert_eq!(world.live(&owner)["workspace"]["condition"], "ready");
    world.repo.ao(["status"]).ok().stdout_has(&format!("the worktree of session {}", &owner[..8]));
    let restored = world.repo.ao(["restore", "--no-agent", &other]).code(1);
    restored.stderr_has("is not a worktree of session");
    world.repo.ao(["kill", &other]).ok().stdout_lacks("its agent was stopped");
    assert_eq!(world.session(&other).status, SessionStatus::Killed);
    world.repo.ao(["cleanup", "--force"]).ok();
    assert!(tree.join("work").exists());
    assert_eq!(world.live(&owner)["agent"], "alive");
    assert_eq!(world.session(&owner), before);
}

#[test]
fn doctor_names_both_and_the_other_one_comes_to_a_worktree_of_its_own() {
    let world = World::new();
    let (owner, other, tree) = two(&world);
    let before = world.session(&owner);
    let words = format!("{} belongs to session {}", &owner[..8], &owner[..8]);
    let found = world.repo.ao(["doctor"]).code(1).stdout_has(&words);
    found.stdout_has(&format!("the record of session {} is out of date", &other[..8]));
    let done = world.repo.ao(["reconcile", "--json"]).ok().json();
    assert_eq!(done["sessions"][0]["changes"][0]["what"], "taken", "{done}");
    world.repo.ao(["doctor"]).ok().stdout_lacks(&words);
    assert_eq!(world.session(&owner), before);
    assert_eq!(world.live(&owner)["agent"], "alive");
    assert_eq!(world.placement(&other).unwrap().workspace, None);
    assert!(tree.exists());

    let branch = format!("ao/{}-own", &other[..8]);
    world.repo.git(["branch", &branch]);
    world.change(&other, |session| session.branch = Some(branch.clone()));
    world.repo.ao(["restore", "--no-agent", &other]).ok();
    assert_eq!(world.live(&other)["workspace"]["condition"], "ready");
    assert!(world.worktree(&other).exists());
}

#[test]
fn hooks_write_for_its_owner() {
    let world = World::new();
    let (owner, other, tree) = two(&world);
    world.repo.ao(["hooks", "install", "post-checkout", "prepare-commit-msg", "post-commit"]).ok();
    let before = world.session(&other);
    let work = world.repo.within(&tree);
    let path = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect::<Vec<_>>();
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_git-ao"));
    let path = std::env::join_paths([binary.parent().unwrap().to_owned()].into_iter().chain(path));
    let git = |args: &[&str]| work.env().git(&tree, args).env("PATH", path.as_ref().unwrap()).run();
    // What the environment says plays no part either.
    let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
    work.env()
        .git(&tree, commit)
        .env("PATH", path.as_ref().unwrap())
        .env("AO_SESSION_ID", &other)
        .run()
        .ok();
    let trailer = work.git(["log", "-1", "--format=%(trailers:key=Ao-Session,valueonly)"]);
    assert_eq!(trailer.trim(), owner);
    git(&["switch", "-q", "-c", "elsewhere"]).ok();
    assert_eq!(world.session(&owner).branch.as_deref(), Some("elsewhere"));
    assert_eq!(world.session(&other), before);
}

//! A hint can be pasted whatever it names: a shell reads no more into a name than the name.

use super::hints::{Then, commands, follow};
use super::world::World;

/// A branch name that git takes, and that would run a command of its own.
const BRANCH: &str = "o'x;touch${IFS}pwned;'";

fn ended(world: &World, args: &[&str]) -> String {
    let id = world.spawn(&[&["--no-agent", "the task"], args].concat());
    world.repo.ao(["complete", &id]).ok();
    id
}

#[track_caller]
fn nothing_ran(world: &World) {
    assert!(!world.repo.dir().join("pwned").exists());
}

#[test]
fn a_branch_that_is_gone() {
    let world = World::new();
    let repo = &world.repo;
    let id = ended(&world, &["--branch", BRANCH]);
    let full = format!("refs/heads/{BRANCH}");
    repo.git(["update-ref", "-d", &full]);
    follow(repo, &["restore", "--no-agent", &id], "git update-ref 'refs/heads/o'", Then::Works);
    repo.git(["rev-parse", "--verify", &full]);
    nothing_ran(&world);
}

#[test]
fn what_an_undo_leaves() {
    let world = World::new();
    let repo = &world.repo;
    let id = ended(&world, &["--branch", BRANCH]);
    let spawned = repo.git(["rev-parse", "refs/ao/sessions~1"]);
    let said = repo.ao(["undo", "--force", spawned.trim()]).ok();
    let all = commands(&said);
    assert_eq!(all.len(), 2, "{all:?}");
    for command in all {
        repo.env().shell(repo.dir(), &command).run().ok();
    }
    assert!(!world.worktree(&id).exists());
    let left = repo.git(["for-each-ref", "--format=%(refname)", "refs/heads"]);
    assert_eq!(left, "refs/heads/main\n");
    nothing_ran(&world);
}

#[test]
fn what_the_doctor_finds() {
    let world = World::new();
    let repo = &world.repo;
    let branch = format!("ao/{BRANCH}");
    repo.git(["branch", &branch]);
    let found = repo.ao(["doctor"]).text().to_owned();
    let fix = found.lines().map(str::trim).find(|line| line.starts_with("git branch -d "));
    let fix = fix.unwrap_or_else(|| panic!("no command: {found}"));
    repo.env().shell(repo.dir(), fix).run().ok();
    assert!(repo.git(["branch", "--list", "ao/*"]).is_empty());
    nothing_ran(&world);
}

#[test]
fn a_worktree_at_a_place_with_a_quote() {
    let world = World::new();
    let repo = &world.repo;
    let id = ended(&world, &["--branch", "work"]);
    repo.git(["worktree", "remove", world.worktree(&id).to_str().unwrap()]);
    let path = repo.env().path("it's;touch${IFS}pwned");
    repo.git(["worktree", "add", "-q", path.to_str().unwrap(), "work"]);
    follow(repo, &["restore", "--no-agent", &id], "git -C ", Then::Works);
    nothing_ran(&world);
    repo.ao(["complete", &id]).ok();
    repo.git(["worktree", "remove", world.worktree(&id).to_str().unwrap()]);
    // Likewise where a checkout was killed, and what the doctor says of it.
    repo.git(["worktree", "lock", "--reason", "initializing", path.to_str().unwrap()]);
    let found = repo.ao(["doctor"]).text().to_owned();
    let fix = found.lines().map(str::trim).find(|line| line.starts_with("git worktree remove"));
    let fix = fix.unwrap_or_else(|| panic!("no command: {found}"));
    repo.env().shell(repo.dir(), fix).run().ok();
    assert!(!path.exists());
    nothing_ran(&world);
}

#[test]
fn a_remote() {
    let world = World::new();
    let repo = &world.repo;
    let hub = repo.env().path("hub.git");
    repo.git(["init", "-q", "--bare", hub.to_str().unwrap()]);
    let name = "o'x;touch${IFS}pwned";
    repo.config(&format!("remote.{name}.url"), hub.to_str().unwrap());
    repo.config(&format!("remote.{name}.fetch"), "+refs/heads/*:refs/remotes/hub/*");
    world.spawn(&["--no-agent", "x"]);
    follow(repo, &["fsck", "--remote", name], "git ao fetch ", Then::Whatever);
    follow(repo, &["push", name], "git ao push --dry-run ", Then::Whatever);
    world.spawn(&["--no-agent", "y"]);
    follow(repo, &["push", name], "git ao push --branches ", Then::Works);
    nothing_ran(&world);
}

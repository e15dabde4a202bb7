//! Copies of a clone, and worktrees that are set up differently.

use std::fs;

use super::world::World;
use crate::support::Repo;

fn fix_of(repo: &Repo, words: &str) -> String {
    let found = repo.ao(["doctor", "--json"]).json();
    let all = found["findings"].as_array().unwrap();
    let finding = all.iter().find(|it| it["what"].as_str().unwrap().contains(words));
    let finding = finding.unwrap_or_else(|| panic!("no '{words}': {found}"));
    finding["fix"].as_str().unwrap().to_owned()
}

fn run(repo: &Repo, command: &str) {
    repo.env().run(repo.dir(), "sh", ["-c", command]).run().ok();
}

fn copied(world: &World) -> Repo {
    let copy = world.repo.env().path("copy");
    let [from, to] = [world.repo.dir(), &copy].map(|path| path.to_str().unwrap());
    run(&world.repo, &format!("cp -a '{from}' '{to}'"));
    world.repo.within(&copy)
}

fn name(repo: &Repo) -> String {
    repo.git(["config", "ao.replica"]).trim().to_owned()
}

#[test]
fn a_copied_clone_is_found_and_takes_a_name_of_its_own() {
    let world = World::new();
    world.spawn(&["--no-agent", "the task"]);
    let copy = copied(&world);
    let old = name(&world.repo);
    let words = format!("this repository is a copy of the clone '{old}'");
    copy.ao(["doctor"]).code(1).stdout_has(&words);
    copy.ao(["doctor", "--fix", "--dry-run"]).code(1).stdout_has("would be renamed");
    assert_eq!(name(&copy), old);
    let fixed = copy.ao(["doctor", "--fix"]).stdout_has(&words).stdout_has("its name is now '");
    assert!(fixed.stdout.contains(&name(&copy)) && name(&copy) != old, "{fixed}");
    copy.ao(["doctor"]).stdout_lacks("is a copy of");
    world.repo.ao(["doctor"]).ok().stdout_lacks("is a copy of");
    assert_eq!(name(&world.repo), old);
}

/// As an older version left them, which noted no place: only what they wrote tells.
#[test]
fn two_clones_with_one_name_are_found_by_what_they_wrote() {
    let world = World::new();
    let bare = world.repo.env().path("hub.git");
    world.repo.git(["init", "-q", "-b", "main", "--bare", bare.to_str().unwrap()]);
    world.repo.git(["remote", "add", "hub", bare.to_str().unwrap()]);
    world.spawn(&["--no-agent", "one"]);
    world.repo.ao(["push", "hub"]).ok();
    world.repo.git(["config", "--unset", "ao.replicaPlace"]);
    let copy = copied(&world);
    copy.ao(["spawn", "--no-agent", "--no-worktree", "in the copy"]).ok();
    copy.ao(["push", "hub"]).ok();
    assert_eq!(name(&copy), name(&world.repo));
    world.spawn(&["--no-agent", "here"]);
    world.repo.ao(["doctor"]).ok().stdout_lacks("two clones");
    let words = format!("two clones seem to have the name '{}'", name(&world.repo));
    world.repo.ao(["fetch", "hub"]).ok();
    world.repo.ao(["doctor"]).ok().stdout_has(&words);
    world.repo.ao(["sync", "hub"]).ok();
    world.repo.ao(["doctor"]).ok().stdout_has(&words);
    copy.ao(["pull", "hub"]).ok();
    run(&copy, &fix_of(&copy, &words));
    copy.ao(["spawn", "--no-agent", "--no-worktree", "with a name of its own"]).ok();
    assert_ne!(name(&copy), name(&world.repo));
    copy.ao(["doctor"]).stdout_lacks("two clones");
}

#[test]
fn clones_that_share_are_not_taken_for_copies() {
    let world = World::new();
    let bare = world.repo.env().path("hub.git");
    world.repo.git(["init", "-q", "-b", "main", "--bare", bare.to_str().unwrap()]);
    world.repo.git(["remote", "add", "hub", bare.to_str().unwrap()]);
    world.repo.git(["push", "-q", "hub", "main"]);
    let clone = world.repo.env().path("clone");
    world.repo.git(["clone", "-q", "-o", "hub", bare.to_str().unwrap(), clone.to_str().unwrap()]);
    let clone = world.repo.within(&clone);
    world.spawn(&["--no-agent", "first"]);
    world.repo.ao(["push", "hub"]).ok();
    clone.ao(["pull", "hub"]).ok();
    for round in ["1", "2", "3"] {
        world.spawn(&["--no-agent", "--force", "here", "--title", round]);
        clone.ao(["spawn", "--no-agent", "--no-worktree", "--force", "there"]).ok();
        world.repo.ao(["sync", "hub"]).ok();
        clone.ao(["sync", "hub"]).ok();
        world.repo.ao(["undo", "--force"]).ok();
        world.repo.ao(["push", "hub"]).ok();
    }
    for repo in [&world.repo, &clone] {
        repo.ao(["doctor"]).stdout_lacks("two clones").stdout_lacks("is a copy");
    }
}

#[test]
fn each_worktree_may_have_hooks_of_its_own() {
    let world = World::new();
    let [own, off, plain] = ["own", "off", "plain"].map(|title| {
        let id = world.spawn(&["--no-agent", title]);
        world.repo.within(world.worktree(&id))
    });
    world.repo.ao(["hooks", "install", "--file", "post-checkout", "post-commit"]).ok();
    world.repo.config("extensions.worktreeConfig", "true");
    world.repo.ao(["doctor"]).ok().stdout_lacks("not installed in");
    let folder = world.repo.env().path("hooks of one");
    fs::create_dir(&folder).unwrap();
    own.git(["config", "--worktree", "core.hooksPath", folder.to_str().unwrap()]);
    off.git(["config", "--worktree", "core.hooksPath", "/dev/null"]);
    let words = |repo: &Repo| {
        let path = repo.dir().display();
        format!("the hooks post-checkout, post-commit are not installed in '{path}'")
    };
    let found = world.repo.ao(["doctor"]).ok().stdout_has(&words(&own)).stdout_has(&words(&off));
    found.stdout_has("where core.hooksPath is '/dev/null'").stdout_lacks(&words(&plain));
    let (fix, show) = (fix_of(&world.repo, &words(&own)), fix_of(&world.repo, &words(&off)));
    own.ao(["hooks", "install", "--file", "post-checkout", "post-commit"]).ok();
    world.repo.ao(["doctor"]).ok().stdout_lacks(&words(&own)).stdout_has(&words(&off));
    assert!(fix.ends_with(" ao hooks install post-checkout post-commit"), "{fix}");
    run(&world.repo, &show);
    // Also asked from there.
    off.ao(["doctor"]).ok().stdout_has("core.hooksPath leads to no folder");
    run(&off, &fix_of(&off, "core.hooksPath leads to no folder"));
    off.git(["config", "--worktree", "--unset", "core.hooksPath"]);
    world.repo.ao(["doctor"]).ok().stdout_lacks("not installed in");
}

#[test]
fn refs_of_the_store_need_not_label_commits() {
    let world = World::new();
    world.spawn(&["--no-agent", "the task"]);
    let words = "'git log' labels commits with refs of git ao";
    world.repo.ao(["doctor"]).ok().stdout_lacks(words);
    world.repo.config("log.initialDecorationSet", "all");
    world.repo.ao(["doctor"]).ok().stdout_has(words);
    run(&world.repo, &fix_of(&world.repo, words));
    world.repo.ao(["doctor"]).ok().stdout_lacks(words);
    let log = world.repo.git(["log", "--all", "--decorate", "--oneline"]);
    assert!(log.contains("main") && !log.contains("refs/ao"), "{log}");
}

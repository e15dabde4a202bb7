//! What is left where a `git ao` is killed while it makes or removes a worktree.

use std::fs;
use std::path::PathBuf;

use git_ao::model::SessionStatus;
use serde_json::Value;

use super::world::World;

/// A hook that kills the program that runs git, as soon as the worktree is there.
fn kill_at_checkout(world: &World) -> PathBuf {
    let script = "read -r _ _ _ above _ </proc/$PPID/stat && kill -9 $above";
    world.repo.hook("post-checkout", script)
}

fn findings(world: &World, about: &str) -> Vec<Value> {
    let found = world.repo.ao(["doctor", "--json"]).json();
    let found = found["findings"].as_array().unwrap().clone();
    found.into_iter().filter(|it| it["what"].as_str().unwrap().contains(about)).collect()
}

fn folders(world: &World) -> Vec<PathBuf> {
    let folder = world.repo.env().home().join(".worktrees/demo");
    fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

fn branches(world: &World) -> String {
    world.repo.git(["for-each-ref", "--format=%(refname)", "refs/heads/ao"])
}

/// Does as it is told, and looks whether all is as it was.
fn follow_the_doctor(world: &World, about: &str, before: &(Vec<PathBuf>, String)) {
    let found = findings(world, about);
    assert_eq!(found.len(), 1, "{found:?}");
    let fix = found[0]["fix"].as_str().unwrap();
    world.repo.env().run(world.repo.dir(), "sh", ["-c", fix]).run().ok();
    assert_eq!((folders(world), branches(world)), *before, "{fix}");
    assert_eq!(findings(world, about), [""; 0]);
}

#[test]
fn one_that_was_killed_before_it_marked_its_worktree_is_found_with_a_fix_that_works() {
    let world = World::new();
    let parent = world.spawn(&["--no-agent", "the parent"]);
    let tree = world.repo.within(world.worktree(&parent));
    tree.commit("only on this branch", "x");
    let before = (folders(&world), branches(&world));
    let verbs = [vec!["spawn", "--no-agent", "the task"], vec!["fork", "--no-agent", &parent, "x"]];
    for verb in &verbs {
        // The file that says whose it is may have been begun.
        for marker in [None, Some("")] {
            let hook = kill_at_checkout(&world);
            world.repo.ao(verb).code(137);
            fs::remove_file(hook).unwrap();
            let new: Vec<_> =
                folders(&world).into_iter().filter(|it| !before.0.contains(it)).collect();
            let [path] = &new[..] else { panic!("{verb:?}: {new:?}") };
            if let Some(text) = marker {
                let admin = world.repo.within(path).git(["rev-parse", "--absolute-git-dir"]);
                fs::write(PathBuf::from(admin.trim()).join("AO_SESSION"), text).unwrap();
            }
            let name = path.file_name().unwrap().to_str().unwrap();
            // What somebody put there is looked at, and not removed.
            fs::write(path.join("work"), "work").unwrap();
            let found = findings(&world, name);
            assert_eq!(found[0]["fix"], format!("git -C '{}' status", path.display()));
            fs::remove_file(path.join("work")).unwrap();
            follow_the_doctor(&world, name, &before);
        }
    }
}

#[test]
fn one_that_was_killed_before_git_made_the_worktree_is_found_with_a_fix_that_works() {
    let world = World::new();
    let parent = world.spawn(&["--no-agent", "the parent"]);
    let tip = world.repo.within(world.worktree(&parent)).commit("only on this branch", "x");
    let before = (folders(&world), branches(&world));
    // As a fork leaves it: its branch begins where that of its parent is.
    world.repo.git(["branch", "ao/0badcafe-x", &tip]);
    follow_the_doctor(&world, "0badcafe", &before);
    // As a spawn leaves it that could not even take back its folder.
    fs::create_dir(world.worktree("0badcafe")).unwrap();
    follow_the_doctor(&world, "0badcafe", &before);
    // A branch with commits of its own stays.
    let tree = world.repo.git(["rev-parse", "main^{tree}"]);
    let own = world.repo.git(["commit-tree", tree.trim(), "-p", &tip, "-m", "own"]);
    world.repo.git(["branch", "ao/0badcafe-x", own.trim()]);
    let found = findings(&world, "0badcafe");
    assert_eq!(found[0]["fix"], "git log HEAD..ao/0badcafe-x");
}

#[test]
fn a_removal_that_was_killed_is_finished_by_the_next_one() {
    for left in [&[".git"][..], &[".git", "README"], &[".git", "left"]] {
        let world = World::new();
        let id = world.spawn(&["--no-agent", "the task"]);
        let tree = world.repo.within(world.worktree(&id));
        tree.commit("left", "left");
        tree.git(["push", "-q", ".", "HEAD:refs/heads/kept"]);
        world.set_status(&id, &SessionStatus::Done);
        let admin = PathBuf::from(tree.git(["rev-parse", "--absolute-git-dir"]).trim());
        for name in ["README", "left"].iter().filter(|name| !left.contains(name)) {
            fs::remove_file(tree.dir().join(name)).unwrap();
        }
        // What the user deleted is kept.
        let kept = world.repo.ao(["cleanup", "--branches"]).code(1);
        kept.stdout_has("uncommitted changes").stderr_has("--force");
        fs::write(admin.join("AO_REMOVING"), "").unwrap();
        // So is what came into it since, and what was changed.
        tree.write("new", "work");
        world.repo.ao(["cleanup", "--branches"]).code(1).stdout_has("1 untracked");
        fs::remove_file(tree.dir().join("new")).unwrap();
        world.repo.ao(["cleanup", "--branches"]).ok();
        assert!(!tree.dir().exists() && !admin.exists());
    }
}

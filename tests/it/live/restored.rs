//! A session that comes back where a `git ao` was killed in the middle of its worktree.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::SessionStatus;

use super::world::World;
use crate::support::strace;

fn admin(world: &World, top: &Path) -> PathBuf {
    PathBuf::from(world.repo.within(top).git(["rev-parse", "--absolute-git-dir"]).trim())
}

fn doctor(world: &World, about: &str) -> Vec<(String, String)> {
    let found = world.repo.ao(["doctor", "--json"]).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let found = found["findings"].as_array().unwrap().iter();
    let found = found.map(|it| (text(&it["what"]), text(&it["fix"])));
    found.filter(|(what, _)| what.contains(about)).collect()
}

/// An ended session with some files, all of them committed.
fn ended(world: &World) -> (String, PathBuf) {
    let id = world.spawn(&["--no-agent", "the task"]);
    let tree = world.repo.within(world.worktree(&id));
    for name in ["one", "two", "dir/three", "dir/four"] {
        tree.commit(name, name);
    }
    tree.git(["push", "-q", ".", "HEAD:refs/heads/kept"]);
    world.set_status(&id, &SessionStatus::Done);
    (id, tree.dir().to_owned())
}

#[test]
fn what_a_killed_cleanup_took_is_there_again() {
    let world = World::new();
    let (id, path) = ended(&world);
    let tree = world.repo.within(&path);
    fs::write(admin(&world, &path).join("AO_REMOVING"), "").unwrap();
    fs::remove_file(path.join("one")).unwrap();
    fs::remove_dir_all(path.join("dir")).unwrap();
    // It is named, with what completes it.
    let found = doctor(&world, "was interrupted");
    assert_eq!(found[0].1, "git ao cleanup", "{found:?}");
    // What came since stays.
    tree.write("new", "work");
    tree.write("two", "changed");
    assert!(doctor(&world, "was interrupted")[0].0.contains("1 unstaged, 1 untracked"));
    let out = world.repo.ao(["restore", "--no-agent", &id]).ok();
    out.stderr_has("interrupted; 3 missing files were put back");
    assert_eq!(tree.git(["status", "--porcelain"]), " M two\n?? new\n");
    assert_eq!(fs::read_to_string(path.join("dir/three")).unwrap(), "dir/three");
    assert_eq!(fs::read_to_string(path.join("two")).unwrap(), "changed");
    assert!(doctor(&world, "was interrupted").is_empty());
    // A file that is deleted from now on is a change again.
    fs::remove_file(path.join("one")).unwrap();
    fs::remove_file(path.join("new")).unwrap();
    tree.git(["checkout", "-q", "two"]);
    world.set_status(&id, &SessionStatus::Done);
    world.repo.ao(["cleanup"]).code(1).stdout_has("1 unstaged");
    // Nothing was killed here, and nothing is put back.
    world.repo.ao(["restore", "--no-agent", &id]).ok().stderr_lacks("interrupted");
    assert!(!path.join("one").exists());
}

#[test]
fn what_is_in_the_way_is_not_overwritten() {
    let world = World::new();
    let (id, path) = ended(&world);
    let mark = admin(&world, &path).join("AO_REMOVING");
    fs::write(&mark, "").unwrap();
    fs::remove_dir_all(path.join("dir")).unwrap();
    fs::write(path.join("dir"), "a file of that name").unwrap();
    fs::remove_file(path.join("one")).unwrap();
    let out = world.repo.ao(["restore", "--no-agent", &id]);
    assert_ne!(out.status, 0, "{out}");
    assert_eq!(fs::read_to_string(path.join("dir")).unwrap(), "a file of that name");
    fs::remove_file(path.join("dir")).unwrap();
    world.repo.ao(["restore", "--no-agent", &id]).ok();
    assert!(path.join("dir/three").exists() && path.join("one").exists() && !mark.exists());
}

#[test]
fn a_cleanup_that_is_really_killed_is_completed_or_taken_back() {
    // The files, in the middle of them, and the folder itself.
    for (n, verb) in [(3, "restore"), (3, "cleanup"), (5, "restore"), (7, "restore")] {
        let world = World::new();
        let (id, path) = ended(&world);
        let cleanup = world.repo.ao_run(["cleanup"]);
        let fault = format!("inject=unlink,rmdir:signal=KILL:when={n}");
        let Some(cleanup) = strace(&cleanup, &["-e", &fault]) else { return };
        cleanup.run();
        if verb == "cleanup" {
            world.repo.ao(["cleanup"]);
            assert!(!path.exists(), "{n}");
        }
        world.repo.ao(["restore", "--no-agent", &id]).ok();
        let tree = world.repo.within(&path);
        assert_eq!(tree.git(["status", "--porcelain"]), "", "{n}");
        assert!(path.join("dir/three").exists());
        assert!(!admin(&world, &path).join("AO_REMOVING").exists());
    }
}

#[test]
fn one_that_was_killed_as_git_made_the_worktree_says_how_to_go_on() {
    let world = World::new();
    let (id, path) = ended(&world);
    world.repo.ao(["cleanup"]).ok();
    // A hook that kills the program that runs git, as soon as the worktree is there.
    let script = "read -r _ _ _ above _ </proc/$PPID/stat && kill -9 $above";
    let hook = world.repo.hook("post-checkout", script);
    world.repo.ao(["restore", "--no-agent", &id]).code(137);
    fs::remove_file(&hook).unwrap();
    let again = || world.repo.ao(["restore", "--no-agent", &id]);
    let removal = format!("git worktree remove '{}'", path.display());
    again().code(1).stderr_has("is not marked as").stderr_has(&removal);
    let found = doctor(&world, "not marked");
    assert_eq!(found[0].1, removal, "{found:?}");
    // Work in it is not removed by that.
    fs::write(path.join("work"), "work").unwrap();
    assert!(doctor(&world, "not marked")[0].1.ends_with("status"));
    let run = || world.repo.env().run(world.repo.dir(), "sh", ["-c", &removal]).run();
    assert_ne!(run().status, 0);
    fs::remove_file(path.join("work")).unwrap();
    run().ok();
    again().ok();

    // Git itself was killed: it keeps such a worktree locked.
    fs::remove_file(admin(&world, &path).join("AO_SESSION")).unwrap();
    fs::write(admin(&world, &path).join("locked"), "initializing").unwrap();
    let removal = format!("git worktree remove -f -f '{}'", path.display());
    again().code(1).stderr_has(&removal);
    assert_eq!(doctor(&world, "never completed")[0].1, removal, "its branch stays");
    world.repo.env().run(world.repo.dir(), "sh", ["-c", &removal]).run().ok();
    again().ok();
    assert!(doctor(&world, "not marked").is_empty() && doctor(&world, "never").is_empty());
}

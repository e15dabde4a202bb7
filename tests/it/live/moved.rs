//! A repository or worktree that is moved, or goes away, while an agent runs.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::agents::STAYS;

/// A session whose agent works, and what looks after it.
struct Scene {
    world: World,
    id: String,
    runner: u64,
    old: PathBuf,
    new: PathBuf,
}

impl Scene {
    fn new() -> Self {
        Self::of(World::new())
    }

    fn of(world: World) -> Self {
        let id = world.spawn(&["--runtime", "detached", "the task"]);
        until("it works", || world.session(&id).status == SessionStatus::Working);
        let runner = world.live(&id)["pid"].as_u64().unwrap();
        let (old, new) = (world.repo.dir().to_owned(), world.repo.env().path("moved"));
        Self { world, id, runner, old, new }
    }

    fn git(&self, args: &[&str]) {
        self.world.repo.env().run(&self.world.repo.env().root(), "git", args).run().ok();
    }

    fn mv(&self) {
        fs::rename(&self.old, &self.new).unwrap();
    }

    /// Another repository where this one was, or the moved one again.
    fn swap_back(&self) {
        if self.old.exists() {
            fs::rename(&self.old, self.world.repo.env().path("other")).unwrap();
        }
        fs::rename(&self.new, &self.old).unwrap();
    }

    fn end_agent(&self) {
        fs::write(self.world.repo.env().path("go"), "\n").unwrap();
        self.wait_runner();
    }

    fn wait_runner(&self) {
        until("what looked after it has ended", || {
            fs::read_link(Path::new("/proc").join(self.runner.to_string()).join("exe")).is_err()
        });
    }

    fn status(&self) -> SessionStatus {
        self.world.session(&self.id).status
    }
}

#[test]
fn its_end_is_written_down_where_it_is_now() {
    let scene = Scene::new();
    scene.mv();
    scene.end_agent();
    assert!(!scene.old.exists(), "{} is there again", scene.old.display());
    scene.swap_back();
    assert_eq!(scene.status(), SessionStatus::Done);
    assert_eq!(scene.world.live(&scene.id)["agent"], "gone");
    let left = scene.world.repo.common_dir().join("ao/run");
    assert!(!left.join(format!("{}.agent", scene.id)).exists());
}

#[test]
fn twice_and_by_a_folder_above() {
    let scene = Scene::new();
    let above = scene.world.repo.env().path("above");
    fs::create_dir(&above).unwrap();
    fs::rename(&scene.old, above.join("inner")).unwrap();
    fs::rename(&above, scene.world.repo.env().path("above-2")).unwrap();
    scene.end_agent();
    assert!(!scene.old.exists() && !above.exists());
    fs::rename(scene.world.repo.env().path("above-2/inner"), &scene.old).unwrap();
    assert_eq!(scene.status(), SessionStatus::Done);
}

#[test]
fn a_copy_in_the_old_place_is_not_it() {
    let scene = Scene::new();
    scene.mv();
    let (from, to) = (scene.new.to_str().unwrap(), scene.old.to_str().unwrap());
    scene.world.repo.env().run(&scene.new, "cp", ["-a", from, to]).run().ok();
    // Who goes on with it in the copy has a lock there of the same name.
    let lock = scene.world.repo.common_dir().join(format!("ao/run/{}", scene.id));
    assert!(lock.exists());
    scene.end_agent();
    assert!(lock.exists(), "the copy has lost its lock");
    assert_eq!(scene.status(), SessionStatus::Working, "in the copy");
    scene.swap_back();
    assert_eq!(scene.status(), SessionStatus::Done);
}

/// Its id is learned after the move, and written down.
#[test]
fn another_repository_in_the_old_place_does_not_end_it() {
    let world = World::new();
    let program = world.repo.env().path("codex");
    let script = "#!/bin/sh\ntrap 'touch ended; exit 0' TERM\n\
        while [ ! -e learn ]; do sleep 0.05; done\n\
        mkdir -p ~/.codex/sessions/2026/11/20\n\
        echo \"{\\\"payload\\\":{\\\"id\\\":\\\"late-1\\\",\\\"cwd\\\":\\\"$PWD\\\"}}\" \
        >~/.codex/sessions/2026/11/20/rollout-2026-11-20T00-00-00-late-1.jsonl\n\
        while [ ! -e stop ]; do sleep 0.05; done\n";
    fs::write(&program, script).unwrap();
    world.repo.env().run(world.repo.dir(), "chmod", ["+x", program.to_str().unwrap()]).run().ok();
    let command = format!("'{}'", program.display());
    world.repo.config("ao.agent.codex.command", &command);
    world.repo.config("ao.agent", "codex");
    let scene = Scene::of(world);
    let worktree = scene.world.worktree(&scene.id);
    scene.mv();
    scene.git(&["init", "-q", scene.old.to_str().unwrap()]);
    scene.git(&["-C", scene.old.to_str().unwrap(), "commit", "-q", "--allow-empty", "-m", "x"]);
    fs::write(worktree.join("learn"), "").unwrap();
    let git_dir = format!("--git-dir={}", scene.new.join(".git").display());
    until("its id is known", || {
        let args = [&git_dir, "grep", "late-1", "refs/ao/sessions"];
        !scene.world.repo.env().run(&scene.new, "git", args).run().stdout.is_empty()
    });
    assert!(!worktree.join("ended").exists(), "it was asked to end");
    fs::write(worktree.join("stop"), "").unwrap();
    scene.wait_runner();
    let refs = scene.world.repo.git(["for-each-ref", "refs/ao"]);
    assert_eq!(refs, "", "something was written to the other one");
    scene.swap_back();
    assert_eq!(scene.status(), SessionStatus::Done);
    let session = scene.world.session(&scene.id);
    assert_eq!(session.agent_session_id.as_deref(), Some("late-1"));
}

#[test]
fn the_agent_of_a_repository_that_was_removed_goes_on() {
    let world = World::new();
    world.agent(&format!("echo $$ >../pid; {STAYS}"));
    let scene = Scene::of(world);
    let pid = scene.world.worktree(&scene.id).parent().unwrap().join("pid");
    until("it has begun", || fs::read_to_string(&pid).is_ok_and(|pid| pid.ends_with('\n')));
    let pid = fs::read_to_string(&pid).unwrap();
    fs::remove_dir_all(&scene.old).unwrap();
    let is_alive = || Path::new("/proc").join(pid.trim()).exists();
    assert!(is_alive());
    scene.world.repo.env().run(&scene.world.repo.env().root(), "kill", [pid.trim()]).run().ok();
    scene.wait_runner();
    assert!(!scene.old.exists(), "{} is there again", scene.old.display());
    // For what looks for agents that the test has left.
    fs::create_dir(&scene.old).unwrap();
}

/// Its commits are found although git does not know the worktree in its new place.
#[test]
fn a_worktree_that_was_moved() {
    for by_git in [true, false] {
        let scene = Scene::new();
        let (old, new) =
            (scene.world.worktree(&scene.id), scene.world.repo.env().path("elsewhere"));
        if by_git {
            scene.world.repo.git([
                "worktree",
                "move",
                old.to_str().unwrap(),
                new.to_str().unwrap(),
            ]);
        } else {
            fs::rename(&old, &new).unwrap();
        }
        let commit = ["-C", new.to_str().unwrap(), "commit", "-q", "--allow-empty", "-m", "work"];
        scene.git(&commit);
        scene.end_agent();
        assert_eq!(scene.status(), SessionStatus::Done);
        let session = scene.world.session(&scene.id);
        let tip = scene.world.repo.git(["rev-parse", session.branch.as_deref().unwrap()]);
        assert_eq!(session.head.unwrap().as_str(), tip.trim());
        assert!(!old.exists(), "{} is there again", old.display());
    }
}

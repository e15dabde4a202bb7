//! Somebody writes into a worktree, or onto its branch, just before one of git's steps of a removal.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::SessionStatus;

use super::world::World;
use crate::support::write_script;

/// A `git` that does something before it becomes the `turn`th real one.
struct Writer {
    bin: PathBuf,
    count: PathBuf,
}

impl Writer {
    fn new(world: &World, script: &str) -> Self {
        // What runs in the background would count as a turn.
        world.repo.config("maintenance.auto", "false");
        let env = world.repo.env();
        let (bin, count) = (env.path("writer"), env.path("count"));
        let which = env.run(world.repo.dir(), "sh", ["-c", "command -v git"]).run().ok().stdout;
        let (git, counts) = (which.trim(), count.display());
        let text = format!(
            "read n <'{counts}'\necho $((n + 1)) >'{counts}'\n\
             if [ $n = \"$TURN\" ]; then (unset GIT_DIR GIT_INDEX_FILE\n{script}\n) >&2; fi\n\
             exec '{git}' \"$@\""
        )
        .replace("GIT ", &format!("'{git}' "));
        write_script(&bin.join("git"), &text);
        Self { bin, count }
    }

    /// Runs a verb; returns whether there was such a turn.
    fn run(&self, world: &World, turn: usize, worktree: &Path, args: &[&str]) -> (bool, String) {
        fs::write(&self.count, "1\n").unwrap();
        let run = world.repo.ao_run(args);
        let path = std::env::var("PATH").unwrap();
        let run = run.env("PATH", format!("{}:{path}", self.bin.display()));
        let out = run.env("TURN", turn.to_string()).env("W", worktree).run();
        let is_taken = ["changed in the meantime", "already exists"];
        let is_said = is_taken.iter().any(|it| out.stderr.contains(it));
        assert!(out.status < 2 || is_said, "turn {turn}: {out}");
        let count: usize = fs::read_to_string(&self.count).unwrap().trim().parse().unwrap();
        (count > turn, out.stdout)
    }
}

/// True when a file still has this content, or a commit that a ref leads to has it there.
fn is_kept(world: &World, file: &Path, name: &str, content: &str) -> bool {
    if fs::read_to_string(file).is_ok_and(|text| text == content) {
        return true;
    }
    let refs = world.repo.git(["for-each-ref", "--format=%(refname)", "refs/heads", "refs/ao"]);
    refs.lines().any(|name_of_ref| {
        let shown = world.repo.git_result(["show", &format!("{name_of_ref}:{name}")]);
        shown.status == 0 && shown.stdout == content
    })
}

/// What is written before each step in turn is never gone, and the steps are not few.
fn nothing_is_lost(script: &str, file: &str, content: &str, args: &[&str], is_dirty: bool) {
    let world = World::new();
    world.repo.commit(".gitignore", "*.env\n");
    world.repo.commit("hidden", "1\n");
    let writer = Writer::new(&world, script);
    let id = world.spawn(&["--no-agent", "the task"]);
    let tree = world.worktree(&id);
    if is_dirty {
        world.repo.within(&tree).write("dirty", "work");
        fs::write(tree.join("README"), "changed").unwrap();
    }
    world.set_status(&id, &SessionStatus::Done);
    let before = world.snapshot();
    let mut turns = Vec::new();
    for turn in 1.. {
        before.restore();
        let (was_there, said) = writer.run(&world, turn, &tree, args);
        let wrote = fs::read_to_string(world.repo.env().path("wrote")).unwrap_or_default();
        let _ = fs::remove_file(world.repo.env().path("wrote"));
        if wrote == "yes\n" {
            // What was there when it was looked at may go if git ignores it, and is named.
            let is_named = said.contains(&format!("  ignored   {file}"));
            let is_kept = is_named || is_kept(&world, &tree.join(file), file, content);
            assert!(is_kept, "turn {turn} of {turns:?}: {said}");
            turns.push(turn);
        }
        if is_dirty && !tree.join("dirty").exists() {
            let backup = format!("refs/ao/backup/{id}:dirty");
            assert_eq!(world.repo.git(["show", &backup]), "work", "turn {turn}");
        }
        if !was_there {
            break;
        }
    }
    assert!(turns.len() > 8, "{turns:?}");
}

const CLEANUP: [&str; 2] = ["cleanup", "--branches"];
const FORCE: [&str; 3] = ["cleanup", "--branches", "--force"];

#[test]
fn a_commit_is_kept() {
    let script = "cd \"$W\" && echo new >arrived && GIT add arrived && GIT commit -qm new \
                  && echo yes >../../../../wrote";
    nothing_is_lost(script, "arrived", "new\n", &CLEANUP, false);
}

#[test]
fn an_ignored_file_is_kept() {
    let script = "cd \"$W\" && echo new >x.env && echo yes >../../../../wrote";
    nothing_is_lost(script, "x.env", "new\n", &CLEANUP, false);
}

#[test]
fn a_change_is_kept_beside_a_backup() {
    let script = "cd \"$W\" && GIT update-index --assume-unchanged hidden && echo new >hidden \
                  && echo yes >../../../../wrote";
    nothing_is_lost(script, "hidden", "new\n", &FORCE, true);
}

/// While git is to forget a worktree that is gone, this comes to its place before each step in turn.
fn what_comes_to_its_place_is_kept(script: &str, kept: &[&str], verb: &[&str]) {
    let world = World::new();
    world.repo.commit(".gitignore", "*.env\n");
    let writer = Writer::new(&world, script);
    let id = world.spawn(&["--no-agent", "the task"]);
    let tree = world.worktree(&id);
    let away = tree.with_extension("away");
    fs::write(tree.join("x.env"), "secret").unwrap();
    fs::rename(&tree, &away).unwrap();
    world.set_status(&id, &SessionStatus::Done);
    let about = (verb[0] == "restore").then_some(id.as_str());
    let args: Vec<_> = verb.iter().copied().chain(about).collect();
    let before = world.snapshot();
    let mut turns = 0;
    for turn in 1.. {
        before.restore();
        let (was_there, said) = writer.run(&world, turn, &tree, &args);
        let is_there = |name: &&str| [&tree, &away].iter().any(|it| it.join(name).exists());
        let is_kept = kept.iter().filter(|name| was_there || **name == "x.env").all(is_there);
        assert!(is_kept || said.contains("  ignored   x.env"), "turn {turn}: {said}");
        if !was_there {
            break;
        }
        turns = turn;
    }
    assert!(turns > 3, "{turns}");
}

const BACK: &str = "mv \"$W.away\" \"$W\"";

#[test]
fn a_worktree_that_comes_back_beside_a_cleanup_is_kept() {
    what_comes_to_its_place_is_kept(BACK, &["x.env"], &["cleanup"]);
}

#[test]
fn a_worktree_that_comes_back_while_it_is_forgotten_is_kept() {
    what_comes_to_its_place_is_kept(BACK, &["x.env"], &["doctor", "--fix"]);
}

#[test]
fn a_folder_that_comes_before_a_worktree_is_made_again_is_kept() {
    let script = "mkdir -p \"$W\" && echo new >\"$W/new\"";
    what_comes_to_its_place_is_kept(script, &["x.env", "new"], &["restore", "--no-agent"]);
}

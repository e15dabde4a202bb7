//! A writer beside every verb that removes something. What it wrote is afterwards in the worktree,
//! in a commit that a ref leads to, or in a backup that the verb names; what git ignores may go
//! where the verb names it.

mod writer;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::SessionStatus;

use self::writer::{READY, Writer, Wrote};
use super::world::{self, World};
use crate::support::sessions::{self, assert_whole};
use crate::support::{Out, Repo, Run, race};

/// Where the writer can only reach the worktree, and where it also writes records.
const FILES: &str = "nniec";
const ALL: &str = "nniecrf";

/// A world with something in it to be edited.
fn furnished() -> World {
    let world = World::new();
    world.repo.config("maintenance.auto", "false");
    world.repo.commit(".gitignore", "*.env\n");
    for n in 0..200 {
        world.repo.write(&format!("sub/{n}"), "text\n");
    }
    world.repo.git(["add", "sub"]);
    world.repo.commit("sub/README", "text\n");
    world
}

fn ended(world: &World) -> String {
    let id = world.spawn(&["--no-agent", "the task"]);
    world.set_status(&id, &SessionStatus::Done);
    id
}

/// Runs a verb and a writer at once, and checks that nothing was lost; returns what the verb said.
fn beside(world: &World, verb: Run, writer: &Writer<'_>) -> (Out, usize) {
    let mut ends = race(2, |n| if n == 0 { verb.clone() } else { writer.run(&world.repo) });
    let wrote = Wrote::all(&ends.pop().unwrap().ok());
    let said = ends.pop().unwrap();
    let committed = committed(&world.repo, &said.stdout);
    let told = said.stdout.lines().find(|line| line.starts_with("  ignored ")).unwrap_or_default();
    let is_in_a_worktree = |name: &str, text: &str| {
        let places = match writer.place.ends_with("*") {
            true => folders(writer.place.parent().unwrap()),
            false => vec![writer.place.clone()],
        };
        places.iter().any(|place| has_line(&place.join(name), text))
    };
    let store = world.store();
    let snapshot = store.snapshot().unwrap();
    let session = snapshot.session(world::id(writer.id)).ok();
    for one in &wrote {
        let is_kept = match one {
            Wrote::File { name, text } => {
                is_in_a_worktree(name, text)
                    || committed.contains(text)
                    || told.split_whitespace().any(|word| word == name)
            }
            Wrote::Record(n) => snapshot.session(sessions::id(*n)).is_ok(),
            Wrote::Field { key, text } => match &session {
                Some(session) => session.context.get(key).and_then(|it| it.as_str()) == Some(text),
                None => history(&world.repo).contains(text),
            },
        };
        assert!(is_kept, "seed {}: {one:?} of {wrote:?} is lost: {said}", writer.seed);
    }
    assert_whole(&world.repo);
    (said, wrote.len())
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn has_line(path: &Path, text: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|all| all.lines().any(|line| line == text))
}

/// Every line that was written, in the commits of branches and of backups that were named.
fn committed(repo: &Repo, said: &str) -> BTreeSet<String> {
    let refs = repo.git(["for-each-ref", "--format=%(refname)", "refs/heads", "refs/ao/backup"]);
    let refs = refs.lines().filter(|name| !name.starts_with("refs/ao/") || said.contains(*name));
    let commits = repo.git(["rev-list"].into_iter().chain(refs));
    let found = repo.git_result(["grep", "-h", "written-"].into_iter().chain(commits.lines()));
    found.stdout.lines().map(str::to_owned).collect()
}

fn history(repo: &Repo) -> String {
    repo.git(["log", "-p", "--format=", "refs/ao/sessions"])
}

/// Tries it with some seeds, each in a world of its own; the writer has to write something.
fn tried(seeds: impl IntoIterator<Item = u64>, trial: impl Fn(u64) -> (Out, usize)) {
    let mut wrote = 0;
    for seed in seeds {
        wrote += trial(seed).1;
    }
    assert!(wrote > 2, "{wrote}");
}

#[test]
fn of_a_cleanup() {
    let verbs: [&[&str]; 3] =
        [&["cleanup"], &["cleanup", "--branches"], &["cleanup", "--branches", "--force"]];
    tried(0..12, |seed| {
        let world = furnished();
        let id = ended(&world);
        let place = world.worktree(&id);
        let verb = verbs[seed as usize / 2 % verbs.len()];
        if verb.contains(&"--force") {
            world.repo.within(&place).write("dirty", "work");
        }
        let writer = Writer { deeds: ALL, seed, place, id: &id };
        beside(&world, world.repo.ao_run(verb), &writer)
    });
}

#[test]
fn of_a_record_that_goes() {
    tried([20, 22, 25, 27], |seed| {
        let world = furnished();
        let id = ended(&world);
        let event = world.repo.git(["rev-list", "--reverse", "refs/ao/sessions"]);
        let event = event.lines().next().unwrap();
        let verbs: [&[&str]; 2] = [&["delete", &id], &["undo", "--force", event]];
        let verb = world.repo.ao_run(verbs[seed as usize % 2]);
        let writer = Writer { deeds: ALL, seed, place: world.worktree(&id), id: &id };
        beside(&world, verb, &writer)
    });
}

#[test]
fn of_a_kill() {
    tried([30, 32], |seed| {
        let world = furnished();
        let id = world.spawn(&["--runtime", "detached", "the task"]);
        let writer = Writer { deeds: ALL, seed, place: world.worktree(&id), id: &id };
        beside(&world, world.repo.ao_run(["kill", &id]), &writer)
    });
}

/// A worktree that is made and cannot be recorded is taken back.
#[test]
fn of_a_worktree_that_is_taken_back() {
    let verbs: [&[&str]; 3] =
        [&["spawn", "--no-agent", "next"], &["fork", "--no-agent"], &["restore", "--no-agent"]];
    tried(40..46, |seed| {
        let world = furnished();
        let id = ended(&world);
        world.repo.ao(["cleanup"]).ok();
        refuse_records(&world);
        let verb = verbs[seed as usize % verbs.len()];
        let about = (verb[0] != "spawn").then_some(id.as_str());
        let run = world.repo.ao_run(verb.iter().copied().chain(about)).env("REFUSE", "1");
        let place = world.worktree(&id).with_file_name("*");
        let (said, count) = beside(&world, run, &Writer { deeds: FILES, seed, place, id: &id });
        assert!(said.status > 0, "{said}");
        if said.stderr.contains("was kept") {
            assert_eq!(folders(world.worktree(&id).parent().unwrap()).len(), 1, "{said}");
        }
        (said, count)
    });
}

/// No record is written under `REFUSE`, and not before the writer has found the worktree.
fn refuse_records(world: &World) {
    let ready = world.repo.env().home().parent().unwrap().join(READY);
    let text = format!(
        "[ \"$1$REFUSE\" = prepared1 ] && grep -q refs/ao/sessions || exit 0\n\
         n=0; while [ ! -e '{}' ] && [ $n -lt 6000 ]; do sleep 0.01; n=$((n + 1)); done\nexit 1",
        ready.display()
    );
    world.repo.hook("reference-transaction", &text);
}

/// Git is to forget a worktree that is gone, and that comes back at that moment.
#[test]
fn of_a_worktree_that_comes_back() {
    let verbs: [&[&str]; 3] = [&["doctor", "--fix"], &["cleanup"], &["restore", "--no-agent"]];
    for seed in [60, 62, 64] {
        let world = furnished();
        let id = ended(&world);
        let place = world.worktree(&id);
        fs::write(place.join("secret.env"), "secret\n").unwrap();
        let away = place.with_extension("away");
        fs::rename(&place, &away).unwrap();
        let verb = verbs[seed as usize / 2 % verbs.len()];
        let about = (verb[0] == "restore").then_some(id.as_str());
        let run = world.repo.ao_run(verb.iter().copied().chain(about));
        let writer = Writer { deeds: "b", seed, place: place.clone(), id: &id };
        let mut ends = race(2, |n| if n == 0 { run.clone() } else { writer.run(&world.repo) });
        let (back, said) = (ends.pop().unwrap().ok(), ends.pop().unwrap());
        let is_kept = [&place, &away].iter().any(|it| has_line(&it.join("secret.env"), "secret"));
        let is_named = said.stdout.contains("  ignored   secret.env");
        assert!(is_kept || is_named, "seed {seed}: {said}{back}");
    }
}

/// Somebody makes a folder where a worktree is to be made again.
#[test]
fn of_a_restore() {
    tried([80, 82, 84, 86], |seed| {
        let world = furnished();
        let id = ended(&world);
        let place = world.worktree(&id);
        fs::remove_dir_all(&place).unwrap();
        let writer = Writer { deeds: "mn", seed, place, id: &id };
        beside(&world, world.repo.ao_run(["restore", "--no-agent", &id]), &writer)
    });
}

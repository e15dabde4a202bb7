//! Many sessions that come at once, and many clones that push at once.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use git_ao::git::Repository;
use git_ao::store::Store;
use tempfile::TempDir;

use super::fill::{in_one_shard, mixed};
use super::lines::{PULL_SHARD, PUSH_AT_ONCE};
use super::measure::{time, timed_in_turn};
use super::stage::{Stage, git, session};

const FEW: usize = 10_000;
const MANY: usize = 40_000;
const CLONES: usize = 16;
const CHANGES: usize = 4;

/// A fresh clone pulls sessions whose ids all begin with the same two digits.
pub fn first_pull() {
    let [few, many] = [FEW, MANY].map(|count| Stage::filled(in_one_shard(mixed(count))));
    let pull = |stage: &Stage| {
        let clone = empty();
        let hub = stage.dir.path().to_str().expect("a plain path");
        git(clone.path(), &["remote", "add", "origin", hub]);
        time(|| ao(clone.path().into(), "pull"))
    };
    few.pack();
    many.pack();
    let times = many.ids.len() as f64 / few.ids.len() as f64;
    let pair = timed_in_turn(3, |_| pull(&many), |_| pull(&few));
    PULL_SHARD.report(FEW, pair.per(times));
}

/// Clones that each have made sessions push to one remote.
pub fn at_once() {
    let stage = Stage::with_sessions(1_000);
    let at_once = |_| {
        push_all(&stage, |clones| {
            std::thread::scope(|scope| {
                clones.iter().for_each(|clone| drop(scope.spawn(|| ao(clone.clone(), "push"))));
            });
        })
    };
    let in_turn =
        |_| push_all(&stage, |clones| clones.iter().for_each(|clone| ao(clone.clone(), "push")));
    // Each turn takes long, and is the sum of many pushes.
    PUSH_AT_ONCE.report(1_000, timed_in_turn(1, at_once, in_turn));
}

/// Returns the time that clones take to push, in whatever way, to a remote of their own.
fn push_all(stage: &Stage, push: impl FnOnce(&[PathBuf])) -> Duration {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    let path = |name: &str| dir.path().join(name).display().to_string();
    git(dir.path(), &["init", "-q", "--bare", &path("hub")]);
    git(stage.dir.path(), &["push", "-q", &path("hub"), "refs/ao/sessions"]);
    let clones: Vec<_> =
        (0..CLONES).map(|number| PathBuf::from(path(&number.to_string()))).collect();
    for clone in &clones {
        git(dir.path(), &["clone", "-q", &path("hub"), clone.to_str().expect("a plain path")]);
        git(clone, &["config", "user.name", "Bench"]);
        git(clone, &["config", "user.email", "bench@example.org"]);
        ao(clone.clone(), "pull");
        let store = Store::new(Repository::discover(clone).expect("it was just made"));
        for number in 0..CHANGES {
            store.create(&session(number)).expect("a store can be written");
        }
    }
    let took = time(|| push(&clones));
    let names = git(&dir.path().join("hub"), &["ls-tree", "-r", "--name-only", "refs/ao/sessions"]);
    let before = git(stage.dir.path(), &["ls-tree", "-r", "--name-only", "refs/ao/sessions"]);
    let landed = names.lines().count() - before.lines().count();
    assert_eq!(landed, CLONES * CHANGES, "all have landed");
    took
}

fn empty() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["config", "user.name", "Bench"]);
    git(dir.path(), &["config", "user.email", "bench@example.org"]);
    dir
}

fn ao(dir: PathBuf, verb: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
    let command = command.current_dir(&dir).arg(verb);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("it is started").success(), "git-ao {verb} in {}", dir.display());
}

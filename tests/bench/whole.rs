//! What reads or prints all sessions.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use super::fill::change;
use super::lines::{
    INDEX_BUILD, INDEX_SIZE, LIST_AFTER_NIGHT, LIST_JSON, LIST_JSON_COLD, LIST_JSON_LOOSE,
    LIST_MEMORY, LIST_TABLE,
};
use super::measure::{in_turn, time, timed_in_turn};
use super::stage::{RECENT, Stage};

const JSON: &[&str] = &["list", "--all", "--json"];

/// Lists of all sessions, against git reading all records.
pub fn list() {
    for count in [10_000, 100_000] {
        let stage = Stage::with_sessions(count);
        let rounds = (200_000 / count).clamp(3, 21);
        if count == 10_000 {
            stage.unpack();
            let pair = in_turn(rounds, |_| ao(&stage, JSON), |_| read_all(&stage));
            LIST_JSON_LOOSE.report(count, pair);
        }
        stage.pack();
        let pair = in_turn(rounds, |_| ao(&stage, JSON), |_| read_all(&stage));
        LIST_JSON.report(count, pair);
        let pair = in_turn(rounds, |_| ao(&stage, &JSON[..2]), |_| read_all(&stage));
        LIST_TABLE.report(count, pair);
        let cold = |_| {
            remove_index(&stage);
            ao(&stage, JSON);
        };
        LIST_JSON_COLD.report(count, in_turn(rounds, cold, |_| read_all(&stage)));
    }
}

/// What making the index costs, and its size.
pub fn build() {
    for count in [10_000, 100_000] {
        let stage = Stage::with_sessions(count);
        stage.pack();
        let make = |_| {
            remove_index(&stage);
            ao(&stage, &["list", "-n", "20"]);
        };
        let list = |_| {
            remove_index(&stage);
            ao(&stage, JSON);
        };
        if count == 100_000 {
            INDEX_BUILD.report(count, in_turn(3, make, list));
        }
        make(0);
        let index = stage.store.repository().ao_dir().join("index");
        let size = fs::metadata(index).expect("there is an index").len();
        let most = 300 * (count + RECENT) as u64;
        let ratio = size as f64 / most as f64;
        INDEX_SIZE.report_ratio(count, &size.to_string(), &most.to_string(), ratio);
    }
}

/// The first list after so many changes came at once that most shards have some.
pub fn night() {
    let count = 100_000;
    let stage = Stage::with_sessions(count);
    stage.pack();
    let mut number = 0;
    let first = |_| {
        number += 1;
        change(stage.dir.path(), stage.ids.iter().step_by(2), number);
        time(|| ao(&stage, &["list", "-n", "20"]))
    };
    let list = |_| time(|| ao(&stage, JSON));
    LIST_AFTER_NIGHT.report(count, timed_in_turn(3, first, list));
}

/// The most memory that a list of all sessions holds.
pub fn memory() {
    let count = 100_000;
    let stage = Stage::with_sessions(count);
    stage.pack();
    ao(&stage, JSON);
    let (peak, output) = peak(start(&stage, JSON, Stdio::piped()));
    let ratio = peak as f64 / output as f64;
    LIST_MEMORY.report_ratio(count, &mebibytes(peak), &mebibytes(output), ratio);
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// Reads all that a process prints. Returns the most memory that it held until then, as proc(5)
/// knows it, and the size of what it printed.
fn peak(mut child: Child) -> (u64, u64) {
    let status = format!("/proc/{}/status", child.id());
    let mut output = child.stdout.take().expect("it is piped");
    let (mut piece, mut peak, mut size) = (vec![0; 1 << 16], 0, 0);
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = kibibytes.map_or(peak, |it| it << 10);
        match output.read(&mut piece).expect("it can be read") {
            0 => break,
            read => size += read as u64,
        }
    }
    assert!(child.wait().expect("it ends").success(), "it lists all sessions");
    (peak, size)
}

fn start(stage: &Stage, args: &[&str], output: Stdio) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
    command.current_dir(stage.dir.path()).args(args).stdout(output).spawn().expect("it is started")
}

fn ao(stage: &Stage, args: &[&str]) {
    let status = start(stage, args, Stdio::null()).wait().expect("it ends");
    assert!(status.success(), "git-ao {args:?}");
}

/// Reads all records with git.
fn read_all(stage: &Stage) {
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(stage.dir.path()).args(args);
        command
    };
    let mut list = git(&["ls-tree", "-r", "--format=%(objectname)", "refs/ao/sessions"]);
    let mut list = list.stdout(Stdio::piped()).spawn().expect("git runs");
    let ids = list.stdout.take().expect("it is piped");
    let read = git(&["cat-file", "--batch"]).stdin(ids).stdout(Stdio::null()).status();
    assert!(read.expect("git runs").success() && list.wait().expect("git ends").success());
}

/// Removes the caches of sessions.
fn remove_index(stage: &Stage) {
    for name in ["index", "records"] {
        let _ = fs::remove_file(stage.store.repository().ao_dir().join(name));
    }
}

//! Searching transcripts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::lines::{SEARCH, SEARCH_SPEED};
use super::measure::{at_speed, in_turn};
use super::stage::Stage;

/// The bytes of one session's transcript.
const BYTES: usize = 100_000;

/// A search for what is nowhere, against git reading all transcripts.
pub fn transcripts() {
    let count = 1_000;
    let stage = Stage::with_sessions(count);
    let folder = stage.dir.path().join(".git/ao/transcripts.git");
    fill(&stage, &folder);
    let pair = in_turn(3, |_| search(stage.dir.path()), |_| read_all(&folder));
    SEARCH.report(count, pair);
    let pair = at_speed(5, count * BYTES, |_| search(stage.dir.path()));
    SEARCH_SPEED.report(count, pair);
}

fn search(dir: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
    let status = command.current_dir(dir).args(["grep", "nowhere at all"]).status();
    assert_eq!(status.expect("it is started").code(), Some(1));
}

fn read_all(folder: &Path) {
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(folder).args(args);
        command
    };
    let ids =
        git(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]);
    let ids = { ids }.output().expect("git runs").stdout;
    let ids = String::from_utf8(ids).expect("ids are text");
    let blobs: String = ids
        .lines()
        .filter_map(|line| line.strip_prefix("blob "))
        .fold(String::new(), |all, id| all + id + "\n");
    let mut read = git(&["cat-file", "--batch"]);
    let mut read = read.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("git runs");
    read.stdin.take().expect("it is piped").write_all(blobs.as_bytes()).expect("git reads");
    assert!(read.wait().expect("it ends").success());
}

/// Gives each session a transcript, as it is captured turn by turn, in one pack.
fn fill(stage: &Stage, folder: &Path) {
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(folder).args(args);
        command
    };
    assert!(git(&["init", "-q", "--bare"]).status().expect("git runs").success());
    let mut import = git(&["fast-import", "--quiet"]);
    let mut import = import.stdin(Stdio::piped()).spawn().expect("git runs");
    let mut to = import.stdin.take().expect("it is piped");
    for (number, id) in stage.ids.iter().enumerate() {
        let text = conversation(number);
        let name = format!("refs/ao/transcripts/{}/{id}/bench", id.shard());
        let about = r#"{"agent":"claude","session":"c","format":"claude-jsonl"}"#;
        writeln!(to, "commit {name}\ncommitter x <x> 1795195451 +0000\ndata 0").expect("git reads");
        let mut put = |path: &str, bytes: &str| {
            let head = format!("M 100644 inline {path}\ndata {}\n", bytes.len());
            to.write_all([&head, bytes, "\n"].concat().as_bytes()).expect("git reads");
        };
        put("00-c/conversation", about);
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        for (nth, turn) in lines.chunks(lines.len().div_ceil(20)).enumerate() {
            put(&format!("00-c/000/{nth:06}-{}.jsonl", &id.to_string()[..8]), &turn.concat());
        }
    }
    drop(to);
    assert!(import.wait().expect("it ends").success());
    // What it has written is one pack already.
    assert!(git(&["pack-refs", "--all"]).status().expect("git runs").success());
}

/// Lines of words that differ from session to session, as text and code do.
fn conversation(number: usize) -> String {
    let mut text = String::with_capacity(BYTES + 1000);
    let mut state = number as u64 * 2_654_435_761 + 1;
    while text.len() < BYTES {
        let mut said = String::new();
        for _ in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let _ = write!(said, "word{} ", (state >> 33) % 5000);
        }
        let _ = writeln!(
            text,
            r#"{{"type":"assistant","timestamp":"2026-11-20T18:24:11Z","message":{{"content":[{{"type":"text","text":"{said}\n"}}]}}}}"#
        );
    }
    text
}

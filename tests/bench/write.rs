use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::measure::in_turn;
use super::stage::{Stage, git, session};

/// A write makes six objects, the ref and its reflog: the same number of files, by write and
/// rename, is what the machine can do.
pub fn against_files() {
    for count in [0, 1_000, 10_000] {
        let stage = Stage::with_sessions(count);
        stage.pack();
        let store = &stage.store;
        let plain = tempfile::tempdir().expect("a temporary folder can be made");
        let pair = in_turn(
            300,
            |round| drop(store.create(&session(round)).expect("it is written")),
            |round| write_files(plain.path(), round),
        );
        pair.report(&format!("create, {count} sessions there"), "7 files by write and rename");
    }
}

fn write_files(dir: &Path, round: usize) {
    for file in 0..7 {
        let folder = dir.join(format!("{:02x}", (round * 7 + file) % 256));
        let _ = fs::create_dir(&folder);
        let temporary = folder.join(format!("tmp{round}-{file}"));
        fs::write(&temporary, [b'x'; 400]).expect("it is written");
        fs::rename(&temporary, folder.join(format!("{round}-{file}"))).expect("it is renamed");
    }
}

/// The same change with git's own commands, as a script would make it.
pub fn against_plumbing() {
    let (ours, theirs) = (Stage::with_sessions(1_000), Stage::with_sessions(1_000));
    let pair = in_turn(
        20,
        |round| drop(ours.store.create(&session(round)).expect("it is written")),
        |round| plumbing(theirs.dir.path(), round),
    );
    pair.report("create", "the same with git commands");
    // What no program can be faster than that writes as many files.
    let plain = tempfile::tempdir().expect("a temporary folder can be made");
    let pair = in_turn(
        20,
        |round| write_files(plain.path(), round),
        |round| plumbing(theirs.dir.path(), round),
    );
    pair.report("7 files by write and rename", "the same with git commands");
}

fn plumbing(dir: &Path, round: usize) {
    let session = session(round);
    let path = format!("sessions/demo/{}/{}.yaml", session.id.shard(), session.id);
    let old = git(dir, &["rev-parse", "refs/ao/sessions"]);
    let index = dir.join(".git/bench-index");
    let with_index = |args: &[&str], input: &str| {
        let mut git = Command::new("git");
        let git = git.current_dir(dir).args(args).env("GIT_INDEX_FILE", &index);
        let mut git =
            git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git is started");
        let mut stdin = git.stdin.take().expect("it is piped");
        std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("git reads");
        drop(stdin);
        let output = git.wait_with_output().expect("git ends");
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let text = serde_yaml::to_string(&session.to_record()).expect("a record is YAML");
    let blob = with_index(&["hash-object", "-w", "--stdin"], &text);
    with_index(&["read-tree", &old], "");
    with_index(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")], "");
    let tree = with_index(&["write-tree"], "");
    let commit = with_index(&["commit-tree", &tree, "-p", &old, "-m", "spawn"], "");
    with_index(&["update-ref", "--create-reflog", "refs/ao/sessions", &commit, &old], "");
}

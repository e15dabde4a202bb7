//! What agents without a terminal print, and how much of it is kept.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use git_ao::model::{SessionId, SessionStatus};

use crate::support::agents::{
    agent, log, record, until, wait_ended, wait_until, wait_working, workspace,
};
use crate::support::{Combo, Repo, TestEnv};

/// How much of it is kept in these tests, which is the least there can be.
const LIMIT: u64 = 64 * 1024;

/// A shell function that prints lines with these numbers on both streams.
const LINES: &str = r#"lines() {
    seq -f "out %.0f" "$1" "$2"
    seq -f "err %.0f" "$1" "$2" >&2
}"#;

fn noisy(script: &str) -> Repo {
    noisy_in(&TestEnv::new(), script)
}

fn noisy_in(env: &Arc<TestEnv>, script: &str) -> Repo {
    let repo = env.repo(Combo::PLAIN);
    repo.config("ao.logLimit", "64k");
    agent(&repo, "mine", &format!("{LINES}\n{script}"));
    repo
}

/// An agent that reads a line on descriptor 3 when it is to go on, and where to write that.
fn noisy_at_will(script: &str) -> (Repo, File) {
    let env = TestEnv::new();
    let go = env.path("go");
    env.run(&env.root(), "mkfifo", [&go]).run().ok();
    // Open at both ends: nobody waits for the other to open it, or reads the end of it.
    let open = File::options().read(true).write(true).open(&go).unwrap();
    (noisy_in(&env, &format!("exec 3<'{}'; {script}", go.display())), open)
}

fn start(repo: &Repo) -> SessionId {
    crate::support::agents::spawn(repo, &["--agent", "mine", "--runtime", "detached", "the task"])
}

/// The files that its output is in: the beginning, what came before the newest, the newest.
fn files(repo: &Repo, id: SessionId) -> [PathBuf; 3] {
    ["log-first", "log-old", "log"]
        .map(|part| repo.common_dir().join(format!("ao/log/{id}.{part}")))
}

fn size(files: &[PathBuf]) -> u64 {
    files.iter().map(|file| fs::metadata(file).map_or(0, |meta| meta.len())).sum()
}

#[test]
fn an_agent_that_prints_without_end_does_not_fill_the_disk() {
    let repo =
        noisy("echo first; lines 1 100000; yes | tr -d '\\n' | head -c 3000000; echo; lines 1 9");
    let id = start(&repo);
    assert_eq!(wait_ended(&repo, id).status, SessionStatus::Done);
    let files = files(&repo, id);
    assert!(size(&files) <= LIMIT, "{}", size(&files));
    assert!(fs::read_to_string(&files[0]).unwrap().starts_with("first\n"));
    let newest = log(&repo, id);
    assert!(newest.contains("\nout 9\n") && newest.contains("\nerr 9\n"), "{newest}");
    let head = newest.lines().next().unwrap();
    assert!(head.starts_with("git-ao: this log continues from"), "{head}");
    assert!(head.ends_with("were dropped"), "{head}");

    repo.ao(["delete", &id.short()]).ok();
    assert!(files.iter().all(|file| !file.exists()));
}

#[test]
fn what_it_printed_goes_when_it_is_cleaned_up() {
    let repo = noisy("lines 1 10000; rm -f prompt args env");
    let id = start(&repo);
    wait_ended(&repo, id);
    let files = files(&repo, id);
    assert!(files.iter().all(|file| file.exists()));
    repo.ao(["cleanup"]).ok();
    assert!(files.iter().all(|file| !file.exists()));
}

#[test]
fn its_own_id_is_heard_in_all_of_it() {
    let repo = noisy(r#"lines 1 20000; echo '{"talk":"t-1"}'; lines 1 20000"#);
    repo.config("ao.agent.mine.sessionId", "json:talk");
    let id = start(&repo);
    assert_eq!(wait_ended(&repo, id).agent_session_id.as_deref(), Some("t-1"));
}

#[test]
fn whoever_follows_it_misses_nothing() {
    let (repo, mut go) = noisy_at_will("while read from to <&3; do lines $from $to; done");
    let id = start(&repo);
    let shown = repo.env().path("shown");
    let seen = || fs::read_to_string(&shown).unwrap_or_default();
    let attach =
        repo.ao_run(["attach", &id.to_string()]).after(&format!("exec >'{}'", shown.display()));
    let mut attach = attach.spawn();
    let mut wanted = Vec::new();
    // Each time less than one file of the log takes, and then it is looked for.
    for step in 0..20 {
        let (from, to) = (step * 500 + 1, step * 500 + 500);
        writeln!(go, "{from} {to}").unwrap();
        wanted.extend((from..=to).map(|n| format!("out {n}")));
        let last = [format!("out {to}\n"), format!("err {to}\n")];
        until("it is shown", || last.iter().all(|line| seen().contains(line.as_str())));
    }
    let files = files(&repo, id);
    assert!(files.iter().all(|file| file.exists()));
    repo.ao(["kill", &id.short()]).ok();
    assert!(attach.wait().unwrap().success());
    let seen = seen();
    let out: Vec<_> = seen.lines().filter(|line| line.starts_with("out ")).collect();
    assert_eq!(out, wanted);
}

#[test]
fn a_full_disk_holds_nobody_up_and_is_told_of() {
    let repo = noisy("lines 1 5000; while :; do echo after; sleep 0.01; done");
    repo.config("ao.logLimit", "0");
    let run = repo.ao_run(["spawn", "--json", "--agent", "mine", "--runtime", "detached", "x"]);
    // In blocks of 512 bytes.
    let out = run.after("ulimit -f 32").run().ok();
    let id: SessionId = out.json()["session"]["id"].as_str().unwrap().parse().unwrap();
    let [.., path] = files(&repo, id);
    let free = || size(std::slice::from_ref(&path)) < 32 * 512;
    until("the disk is full", || !free());
    let told = || {
        let log = log(&repo, id);
        log.split_once("could not be written here: ").is_some_and(|(_, on)| on.contains("after"))
    };
    until("it goes on, and tells of it", || {
        if !free() {
            File::options().write(true).open(&path).unwrap().set_len(100).unwrap();
        }
        told()
    });
    wait_working(&repo, id);
    repo.ao(["kill", &id.short()]).ok();
}

#[test]
fn what_git_ao_itself_says_is_in_the_newest() {
    let repo = noisy("");
    let script = format!(
        "{LINES}\nlines 1 20000; git -C '{}' update-ref refs/ao/sessions HEAD",
        repo.dir().display()
    );
    agent(&repo, "mine", &script);
    let id = start(&repo);
    until("it says so", || log(&repo, id).contains("fatal: "));
}

#[test]
fn lines_are_passed_on_as_they_come() {
    let repo = noisy("printf begun; printf ' and ' >&2; while [ ! -e go ]; do sleep 0.01; done");
    let id = start(&repo);
    until("it is there", || log(&repo, id) == "begun and ");
    fs::write(workspace(&repo, id).join("go"), "").unwrap();
    wait_until(&repo, id, |session| session.status == SessionStatus::Done);
    assert_eq!(record(&repo, id).status_reason.as_deref(), Some("agent_exited"));
}

//! Agents for tests: small scripts, named in git config as a user would name them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git_ao::model::{Session, SessionId, SessionStatus};

use super::sessions::store;
use super::{Repo, write_script};

/// Only what never comes takes this long.
const LIMIT: Duration = Duration::from_secs(60);

/// An agent that tells what it was given and goes on when it may: `prompt`, `env` and `args` in the
/// worktree, then what is in `script`.
pub fn agent(repo: &Repo, name: &str, script: &str) -> PathBuf {
    let path = repo.env().path(format!("{name}-agent"));
    let text =
        format!("cat >prompt\nprintf '%s\\n' \"$@\" >args\nenv >env.new; mv env.new env\n{script}");
    write_script(&path, &text);
    let key = format!("ao.agent.{name}.command");
    repo.config(&key, &format!("'{}'", path.display()));
    path
}

/// What a script does that stays until it is told to end.
pub const STAYS: &str = "exec sleep 1000";

/// Starts a session and returns its id.
#[track_caller]
pub fn spawn(repo: &Repo, args: &[&str]) -> SessionId {
    let out = repo.ao(["spawn", "--json"].iter().chain(args)).ok();
    let id = out.json()["session"]["id"].as_str().unwrap().to_owned();
    id.parse().unwrap()
}

/// The record as it is now, active or archived.
#[track_caller]
pub fn record(repo: &Repo, id: SessionId) -> Session {
    store(repo).snapshot().unwrap().session(id).unwrap()
}

/// The folder its agent works in.
#[track_caller]
pub fn workspace(repo: &Repo, id: SessionId) -> PathBuf {
    let session = record(repo, id);
    let placement = session.placements.values().next().expect("it lives somewhere");
    let text = placement.workspace.clone().expect("it has a workspace");
    match text.strip_prefix("~/") {
        Some(rest) => repo.env().home().join(rest),
        None => text.into(),
    }
}

/// What keeps it alive.
#[track_caller]
pub fn handle(repo: &Repo, id: SessionId) -> String {
    let session = record(repo, id);
    session.placements.values().next().and_then(|it| it.handle.clone()).expect("it has a handle")
}

/// Waits for a record that is so.
#[track_caller]
pub fn wait_until(repo: &Repo, id: SessionId, what: impl Fn(&Session) -> bool) -> Session {
    let end = Instant::now() + LIMIT;
    loop {
        let session = record(repo, id);
        if what(&session) {
            return session;
        }
        assert!(Instant::now() < end, "it never came: {session:#?}\n{}", log(repo, id));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What its agent said where it had no terminal.
pub fn log(repo: &Repo, id: SessionId) -> String {
    let path = repo.common_dir().join(format!("ao/log/{id}.log"));
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Waits until its agent works.
#[track_caller]
pub fn wait_working(repo: &Repo, id: SessionId) -> Session {
    wait_until(repo, id, |session| session.status == SessionStatus::Working)
}

/// Waits until it has ended.
#[track_caller]
pub fn wait_ended(repo: &Repo, id: SessionId) -> Session {
    wait_until(repo, id, |session| session.status.is_terminal())
}

/// Waits until a file in its worktree is there, and reads it.
#[track_caller]
pub fn wait_file(repo: &Repo, id: SessionId, name: &str) -> String {
    let path = workspace(repo, id).join(name);
    let end = Instant::now() + LIMIT;
    loop {
        if let Ok(text) = std::fs::read_to_string(&path) {
            return text;
        }
        assert!(Instant::now() < end, "'{}' never came", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a process has a file open.
#[track_caller]
pub fn wait_open(pid: u32, path: &Path) {
    let end = Instant::now() + LIMIT;
    let is_it = |fd: std::fs::DirEntry| std::fs::read_link(fd.path()).is_ok_and(|to| to == path);
    while !std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten().any(is_it) {
        assert!(Instant::now() < end, "'{}' was never opened", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Looks until it holds; that it never does is the only failure.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The events' subjects, the newest first.
pub fn events(repo: &Repo) -> Vec<String> {
    let log = repo.git(["log", "--format=%s", "refs/ao/sessions"]);
    log.lines().map(str::to_owned).collect()
}

/// tmux on the test's own server; None, with a word about it, where tmux is not installed.
pub fn tmux(repo: &Repo, args: &[&str]) -> Option<String> {
    let probe = repo.env().run(repo.dir(), "sh", ["-c", "command -v tmux"]).run();
    if probe.status != 0 {
        eprintln!("skipped: tmux is not installed");
        return None;
    }
    let out = repo.env().run(repo.dir(), "tmux", ["-f", "/dev/null"].iter().chain(args)).run();
    Some(if out.status == 0 { out.stdout } else { String::new() })
}

/// The names of the tmux sessions.
pub fn tmux_sessions(repo: &Repo) -> Vec<String> {
    let names = tmux(repo, &["list-sessions", "-F", "#{session_name}"]).unwrap_or_default();
    names.lines().map(str::to_owned).collect()
}

/// All that a session consists of outside of its record: refs, worktrees.
pub fn traces(repo: &Repo) -> String {
    repo.git(["for-each-ref"]) + &repo.git(["worktree", "list", "--porcelain"])
}

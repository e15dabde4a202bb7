//! The history of a store that has been in use for years.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use git_ao::model::SessionId;
use tempfile::TempDir;

use super::fill::import;
use super::lines::{LOG_AUTHOR, LOG_FEW, LOG_SESSION};
use super::measure::{in_turn, show, time};
use super::stage::git;

const SESSIONS: u64 = 10_000;
const AUTHORS: u64 = 8;
const MANY: u64 = 1_000_000;

/// A store whose events were written by `git fast-import`.
pub struct Past {
    pub dir: TempDir,
}

pub fn id(n: u64) -> SessionId {
    let mixed = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&mixed);
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    SessionId::from_bytes(bytes)
}

pub fn path(id: SessionId) -> String {
    format!("sessions/demo/{}/{id}.yaml", id.shard())
}

impl Past {
    /// Writes so many events: most change one session; some are forks, whose second parent is an
    /// older event; and now and then another clone's events are merged.
    pub fn new(events: u64) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        git(dir.path(), &["init", "-q"]);
        for (key, value) in
            [("user.name", "Bench"), ("user.email", "bench@example.org"), ("gc.auto", "0")]
        {
            git(dir.path(), &["config", key, value]);
        }
        import(dir.path(), |to| write(to, events));
        Self { dir }
    }

    fn ao(&self, args: &[&str]) {
        ao(self.dir.path(), args);
    }

    fn git(&self, args: &[&str]) {
        git(self.dir.path(), args);
    }
}

pub fn ao(dir: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
    let command = command.current_dir(dir).args(args);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("it is started").success(), "git-ao {args:?}");
}

fn write(out: &mut dyn Write, events: u64) -> std::io::Result<()> {
    let start = 1_700_000_000;
    let mut side = None;
    for n in 0..events {
        let sessions = SESSIONS.min(events / 2);
        let session = if n < sessions { n } else { n * 7919 % sessions };
        let id = id(session);
        let (op, is_merge) = match n {
            _ if n < sessions => ("spawn", false),
            _ if n % 1000 == 500 => ("fork", false),
            _ if n % 500 == 3 => ("merge", true),
            _ => ("set", false),
        };
        writeln!(out, "commit refs/ao/{}", if n % 500 == 2 { "side" } else { "sessions" })?;
        writeln!(out, "mark :{}", n + 1)?;
        let author = n % AUTHORS;
        let who = format!("Person {author} <p{author}@example.org> {} +0000", start + n);
        writeln!(out, "author {who}\ncommitter {who}")?;
        let clone = n % 3;
        let mut message = format!("{op} {}: step {n}\n\n", id.short());
        if !is_merge {
            message += &format!("Ao-Session: {id}\n");
        }
        message += &format!("Ao-Op: {op}\n");
        if !is_merge {
            message += &format!("Ao-Replica: clone-{clone}\n");
        }
        writeln!(out, "data {}\n{message}", message.len())?;
        // The event before one of another clone is the parent of both.
        match n % 500 {
            _ if n < 4 => {
                if n > 0 {
                    writeln!(out, "from :{n}")?;
                }
            }
            2 => {
                writeln!(out, "from :{n}")?;
                side = Some(n + 1);
            }
            3 => {
                writeln!(out, "from :{}", n - 1)?;
                if let Some(side) = side.take() {
                    writeln!(out, "merge :{side}")?;
                }
            }
            500.. => unreachable!("it is a remainder"),
            _ => {
                writeln!(out, "from :{n}")?;
                if op == "fork" {
                    writeln!(out, "merge :{}", n / 2 + 1)?;
                }
            }
        }
        if n == 0 {
            writeln!(out, "M 100644 inline version\ndata 2\n1\n")?;
        }
        // Git needs minutes to write a million trees, and skips events that change none at once.
        if n < sessions || (n % 10 == 0 && !is_merge) {
            let record = format!(
                "schema: 1\nid: {id}\nproject_id: demo\ntitle: Fix the flaky test {session}\n\
                 status: working\nbranch: ao/{}\npr_number: {n}\n\
                 created_at: 2026-01-01T00:00:00.000Z\nupdated_at: 2026-01-01T00:00:00.000Z\n",
                id.short()
            );
            writeln!(out, "M 100644 inline {}\ndata {}\n{record}", path(id), record.len())?;
        }
        writeln!(out)?;
    }
    writeln!(out, "reset refs/ao/side\nfrom 0000000000000000000000000000000000000000\n")
}

/// Searches of a long history against git's.
pub fn searches() {
    let few = Past::new(10_000);
    let many = Past::new(MANY);
    let session = id(77);
    let (one, place) = (session.to_string(), path(session));
    let pair = in_turn(9, |_| many.ao(&["log", "-n", "20"]), |_| few.ao(&["log", "-n", "20"]));
    LOG_FEW.report(MANY as usize, pair);
    let cold = time(|| many.ao(&["log", &one]));
    println!("{:<44} {:>9}", "the first log <session> of 1,000,000 events", show(cold));
    let log = ["log", "--format=%H", "refs/ao/sessions", "--", &place];
    let pair = in_turn(2, |_| many.ao(&["log", &one]), |_| many.git(&log));
    LOG_SESSION.report(MANY as usize, pair);
    let log = ["log", "--format=%H", "--author=nobody", "refs/ao/sessions"];
    let pair = in_turn(2, |_| many.ao(&["log", "--author", "nobody"]), |_| many.git(&log));
    LOG_AUTHOR.report(MANY as usize, pair);
    for ours in [["log", &one], ["log", "--op=delete"]] {
        let pair = in_turn(9, |_| many.ao(&ours), |_| few.ao(&ours));
        let what = if ours[1] == one { "log <session>" } else { "log --op, of none" };
        pair.report(&format!("{what} of 1,000,000 events"), "the same of 10,000");
    }
    git(many.dir.path(), &["commit-graph", "write", "--reachable", "--changed-paths"]);
    let log = ["log", "--format=%H", "refs/ao/sessions", "--", &place];
    let pair = in_turn(2, |_| many.ao(&["log", &one]), |_| many.git(&log));
    pair.report("log <session> of 1,000,000 events", "git log, with its Bloom filters");
}

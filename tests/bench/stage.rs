use std::path::Path;
use std::process::Command;

use git_ao::git::Repository;
use git_ao::model::{Session, SessionId, SessionStatus, Timestamp};
use git_ao::store::Store;
use tempfile::TempDir;

use super::fill::{fill, mixed, unpack};

/// As many events as a command that wants the last ones looks at, and some more.
pub const RECENT: usize = 60;

/// A repository of its own, with a store.
pub struct Stage {
    pub dir: TempDir,
    pub store: Store,
    pub ids: Vec<SessionId>,
}

impl Stage {
    /// A store with this many sessions in one pack, and [`RECENT`] more whose objects are loose.
    pub fn with_sessions(count: usize) -> Self {
        Self::filled(mixed(count))
    }

    /// The same with other sessions.
    pub fn filled(sessions: impl Iterator<Item = Session>) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        git(dir.path(), &["init", "-q"]);
        git(dir.path(), &["config", "user.name", "Bench"]);
        git(dir.path(), &["config", "user.email", "bench@example.org"]);
        git(dir.path(), &["config", "gc.auto", "0"]);
        git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "start"]);
        let ids = fill(dir.path(), sessions);
        let repo = Repository::discover(dir.path()).expect("it was just made");
        let store = Store::new(repo);
        // Those events name many sessions each; the ones that follow are of the usual size.
        for number in 0..RECENT {
            let mut session = session(ids.len() + number);
            session.status = SessionStatus::Done;
            store.create(&session).expect("a store can be written");
        }
        Self { dir, store, ids }
    }

    /// Makes all objects loose.
    pub fn unpack(&self) {
        unpack(self.dir.path());
    }

    /// Puts everything into one pack.
    pub fn pack(&self) {
        git(self.dir.path(), &["gc", "-q"]);
    }
}

/// A session of the usual size.
pub fn session(number: usize) -> Session {
    let now = Timestamp::from_millis(1_790_000_000_000 + number as i64);
    let mut session = Session::new(SessionId::random(), "demo".parse().expect("a name"), now);
    session.title = format!("Fix the flaky test number {number}");
    session.task = Some("Find out why the test fails now and then,\nand fix it.\n".repeat(4));
    session.status = SessionStatus::Working;
    session.agent = Some("claude".to_owned());
    session.branch = Some(format!("ao/{}-fix-the-flaky-test", session.id.short()));
    session.issue_id = Some(number.to_string());
    session.tags = vec!["flaky".to_owned(), "ci".to_owned()];
    session
}

pub fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git").current_dir(dir).args(args).output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

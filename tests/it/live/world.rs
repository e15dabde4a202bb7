//! Repositories with agents that are small scripts, in a tmux of their own or without a terminal.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use git_ao::git::Repository;
use git_ao::model::{Placement, Session, SessionId, SessionStatus};
use git_ao::store::Store;
use serde_json::Value;

use crate::support::{Combo, Out, Repo, Snapshot, TestEnv, write_script};

pub const LIMIT: Duration = Duration::from_secs(30);

pub struct World {
    pub repo: Repo,
}

impl World {
    /// Its only agent, `test`, says nothing and stays until a line is written to [`World::go`].
    pub fn new() -> Self {
        Self::of(Combo::PLAIN)
    }

    pub fn of(combo: Combo) -> Self {
        let repo = TestEnv::new().repo(combo);
        let world = Self { repo };
        let go = world.go();
        world.repo.env().run(&world.repo.env().root(), "mkfifo", [&go]).run().ok();
        world.agent(&format!("read line <'{}'", go.display()));
        world.repo.config("ao.agent", "test");
        world
    }

    fn go(&self) -> PathBuf {
        self.repo.env().path("go")
    }

    /// Makes this script the agent.
    pub fn agent(&self, script: &str) {
        let file = self.repo.env().path("agent");
        write_script(&file, script);
        let command = format!("{} {{prompt}}", file.display());
        self.repo.config("ao.agent.test.command", &command);
    }

    /// Starts a session; returns its id.
    pub fn spawn(&self, args: &[&str]) -> String {
        let made = self.spawned(args);
        made["session"]["id"].as_str().unwrap().to_owned()
    }

    pub fn spawned(&self, args: &[&str]) -> Value {
        let all = ["spawn", "--json"].into_iter().chain(args.iter().copied());
        self.repo.ao(all).ok().json()
    }

    pub fn store(&self) -> Store {
        Store::new(Repository::discover(self.repo.dir()).unwrap())
    }

    pub fn session(&self, text: &str) -> Session {
        self.store().snapshot().unwrap().session(id(text)).unwrap()
    }

    pub fn change(&self, text: &str, change: impl Fn(&mut Session)) {
        self.store().update_unchecked(id(text), "test", |session| change(session)).unwrap();
    }

    pub fn set_status(&self, text: &str, status: &SessionStatus) {
        self.change(text, |session| session.status = status.clone());
    }

    /// This clone's placement of a session.
    pub fn placement(&self, text: &str) -> Option<Placement> {
        let replica = self.store().known_replica()?;
        self.session(text).placements.get(&replica).cloned()
    }

    pub fn change_placement(&self, text: &str, change: impl Fn(&mut Placement)) {
        let replica = self.store().replica().unwrap();
        let changed = |session: &mut Session| {
            change(session.placements.entry(replica.clone()).or_default());
        };
        self.change(text, changed);
    }

    /// The repository and the worktrees of sessions as they are now, while no agent runs.
    pub fn snapshot(&self) -> Snapshot {
        let worktrees = self.repo.env().home().join(".worktrees");
        Snapshot::of([self.repo.dir(), &worktrees])
    }

    /// Where a session's worktree was made.
    pub fn worktree(&self, text: &str) -> PathBuf {
        let worktrees = self.repo.env().home().join(".worktrees/demo");
        worktrees.join(&text[..8])
    }

    /// What `status --json` says of a session.
    pub fn live(&self, text: &str) -> Value {
        let all: Value = self.repo.ao(["status", "--json", text]).ok().json();
        all["sessions"][0]["live"].clone()
    }

    /// Kills what looks after a session's agent, so that it cannot write anything down, and then
    /// the agent.
    pub fn murder(&self, text: &str) {
        until("the processes are gone", || {
            let live = self.live(text);
            self.repo.env().run(self.repo.dir(), "kill", ["-9", &live["pid"].to_string()]).run();
            live["agent"] == "gone"
        });
    }

    /// Takes away what tells of a session's processes, so that only its runtime is left to ask: as
    /// it was before they were written down.
    pub fn forget_processes(&self, text: &str) {
        fs::remove_dir_all(self.repo.common_dir().join("ao/run")).unwrap();
        self.change_placement(text, |here| here.socket = None);
    }

    pub fn tmux(&self, args: &[&str]) -> Out {
        self.repo.env().run(self.repo.dir(), "tmux", args).run()
    }

    /// The number of events.
    pub fn events(&self) -> usize {
        let count = self.repo.git(["rev-list", "--count", "refs/ao/sessions"]);
        count.trim().parse().unwrap()
    }
}

impl Drop for World {
    /// Ends agents that have no terminal; those in tmux go with its server.
    fn drop(&mut self) {
        let out = self.repo.ao(["status", "--json", "--all"]);
        let all: Value = serde_json::from_str(&out.stdout).unwrap_or_default();
        for session in all["sessions"].as_array().into_iter().flatten() {
            if let Some(pid) = session["live"]["pid"].as_u64() {
                let group = format!("-{pid}");
                let _ = self.repo.env().run(self.repo.dir(), "kill", ["-9", "--", &group]).run();
            }
        }
    }
}

pub fn id(text: &str) -> SessionId {
    text.parse().unwrap()
}

/// Looks until it holds; that it never does is the only failure.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

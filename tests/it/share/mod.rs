//! Sharing, with real remotes.

mod crowded;
mod disturbed;
mod everyday;
mod failures;
mod hostile;
mod namesake;
mod newer;
mod race;
mod refused;
mod server;
mod takeover;
mod tracking;
mod transcripts;
mod transports;
mod unrelated;
mod words;

use std::path::Path;
use std::sync::Arc;

use git_ao::model::Session;
use git_ao::store::Store;

use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Repo, TestEnv};

/// A bare repository, and clones of it.
pub struct Team {
    env: Arc<TestEnv>,
    hub: Repo,
}

impl Team {
    pub fn new() -> Self {
        Self::with(Combo::PLAIN)
    }

    fn with(combo: Combo) -> Self {
        let env = TestEnv::new();
        let kind = crate::support::Kind::Bare;
        let hub = Repo::create(&env, "hub", Combo { kind, ..combo });
        Self { env, hub }
    }

    /// A clone with its main worktree.
    pub fn member(&self, name: &str) -> Repo {
        let dir = self.env.path(name);
        let hub = self.hub.dir().to_str().expect("temporary paths are UTF-8");
        let path = dir.to_str().expect("temporary paths are UTF-8");
        let refs = format!("--ref-format={}", self.hub.combo().refs.name());
        let mut args = vec!["clone", "-q", hub, path];
        if crate::support::Refs::can_be_chosen() {
            args.push(&refs);
        }
        self.env.git(&self.env.root(), args).run().ok();
        self.hub.within(&dir)
    }

    /// A clone that has the address of its remote changed.
    fn member_at(&self, name: &str, url: &str) -> Repo {
        let member = self.member(name);
        member.git(["remote", "set-url", "origin", url]);
        member
    }
}

fn create(repo: &Repo, n: u64, title: &str) {
    store(repo).create(&session(n, title)).unwrap();
}

fn edit(repo: &Repo, n: u64, change: impl FnMut(&mut Session)) {
    store(repo).update(id(n), "set", change).unwrap();
}

fn read(repo: &Repo, n: u64) -> Session {
    store(repo).snapshot().unwrap().session(id(n)).unwrap()
}

fn tip(repo: &Repo) -> Option<String> {
    tip_of(&store(repo))
}

fn tip_of(store: &Store) -> Option<String> {
    store.tip().unwrap().map(|tip| tip.to_string())
}

fn short(n: u64) -> String {
    id(n).short()
}

/// Whether a file in the git directory is there.
fn has(repo: &Repo, name: impl AsRef<Path>) -> bool {
    repo.common_dir().join(name).exists()
}

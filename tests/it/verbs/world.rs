//! Sessions to look at, made with the library.

use git_ao::git::Repository;
use git_ao::ledger::Clock;
use git_ao::model::{Oid, Session, SessionId, SessionStatus, Timestamp};
use git_ao::store::{Store, StoreError, Visibility};

use crate::support::{Combo, Repo, TestEnv};

/// Ids that people can tell apart.
pub const A: &str = "aaaa1111-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
pub const B: &str = "bbbb2222-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
pub const C: &str = "cccc3333-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

pub fn id(text: &str) -> SessionId {
    text.parse().unwrap()
}

/// A repository with a person in its configuration, and its store.
pub struct World {
    pub repo: Repo,
}

impl World {
    pub fn new() -> Self {
        Self::of(Combo::PLAIN)
    }

    pub fn of(combo: Combo) -> Self {
        let world = Self { repo: TestEnv::new().repo(combo) };
        world.is_by("Ann Author", "ann@example.com");
        world
    }

    /// Who makes the next changes.
    pub fn is_by(&self, name: &str, email: &str) {
        self.repo.config("user.name", name);
        self.repo.config("user.email", email);
    }

    /// The store; each change made with it is a minute later than the one before.
    pub fn store(&self) -> Store {
        let now = Timestamp::from_millis(self.repo.env().tick() * 1000);
        let repo = Repository::discover(self.repo.dir()).unwrap();
        Store::new(repo).with_clock(Clock::new(move || now))
    }

    /// Makes a session; returns its event.
    pub fn make(&self, text: &str, fill: impl Fn(&mut Session)) -> Oid {
        let made = self.store().transaction("spawn", |tx| {
            let mut session = Session::new(id(text), "demo".parse().unwrap(), tx.now());
            session.status = SessionStatus::Working;
            fill(&mut session);
            tx.describe(session.display_title());
            // Some have odd titles.
            tx.create_unchecked(session, Visibility::Public)
        });
        made.unwrap().event.unwrap()
    }

    pub fn titled(&self, text: &str, title: &str) -> Oid {
        self.make(text, |session| session.title = title.to_owned())
    }

    /// Makes a fork of a session.
    pub fn fork(&self, parent: &str, text: &str) -> Oid {
        let store = self.store();
        let event = store.snapshot().unwrap().last_event(id(parent)).unwrap().unwrap();
        let made = store.transaction("fork", |tx| {
            let mut session = Session::new(id(text), "demo".parse().unwrap(), tx.now());
            session.title = "A fork".to_owned();
            session.fork = Some(git_ao::model::Fork::new(id(parent)).event(event.clone()));
            tx.add_parent(event.clone());
            tx.create(session)
        });
        made.unwrap().event.unwrap()
    }

    pub fn status(&self, text: &str, status: &str) -> Oid {
        let changed = self.store().transaction("status", |tx| {
            tx.change_status(id(text), &SessionStatus::from(status), None)
        });
        changed.unwrap().event.unwrap()
    }

    pub fn session(&self, text: &str) -> Result<Session, StoreError> {
        self.store().snapshot()?.session(id(text))
    }

    /// The number of events.
    pub fn count(&self) -> usize {
        let count = self.repo.git(["rev-list", "--count", "refs/ao/sessions"]);
        count.trim().parse().unwrap()
    }

    /// Puts other bytes where a session's record is, with plain git.
    pub fn overwrite(&self, text: &str, bytes: &str) {
        let path = format!("sessions/demo/{}/{text}.yaml", &text[..2]);
        let index = self.repo.env().path("index");
        let git = |args: &[&str], input: &str| {
            let run = self.repo.env().git(self.repo.dir(), args).env("GIT_INDEX_FILE", &index);
            run.input(input).run().ok().text().to_owned()
        };
        git(&["read-tree", "refs/ao/sessions"], "");
        let blob = git(&["hash-object", "-w", "--stdin"], bytes);
        let entry = format!("100644,{blob},{path}");
        git(&["update-index", "--add", "--cacheinfo", &entry], "");
        let tree = git(&["write-tree"], "");
        let commit = git(&["commit-tree", "-p", "refs/ao/sessions", "-m", "by hand", &tree], "");
        git(&["update-ref", "refs/ao/sessions", &commit], "");
    }

    /// Takes a loose object away.
    pub fn lose(&self, object: &str) {
        let path = self.repo.common_dir().join("objects").join(&object[..2]).join(&object[2..]);
        std::fs::remove_file(path).unwrap();
    }
}

//! Workspaces of an orchestrator's own that fail, on a runtime and with an agent of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use git_ao::model::{SessionId, SessionStatus};
use git_ao::ops::{
    Again, Cleanup, Engine, OpsError, Restore, Scope, SpawnRequest, StartRequest, StatusChange,
};
use git_ao::store::Shelf;
use git_ao::workspace::{
    Added, Addition, Detail, ExpectedWorktree, Recreation, Removal, Removed, Workspace,
    WorkspaceError, WorkspaceState, Worktrees,
};

use super::memory::{Memory, Worker};
use crate::support::Repo;
use crate::support::agents::{record, until};
use crate::support::sessions::{own_store, session};

/// Git's worktrees, of which one method fails or panics.
struct Faulty<'r>(Worktrees<'r>, Fault);

/// The method, and whether it panics.
type Fault = Arc<Mutex<Option<(&'static str, Way)>>>;

#[derive(Clone, Copy)]
enum Way {
    Fails,
    Panics,
}

impl Faulty<'_> {
    fn enter(&self, method: &str) -> Result<(), WorkspaceError> {
        let fault = *self.1.lock().unwrap();
        match fault.filter(|(name, _)| *name == method) {
            Some((_, Way::Fails)) => Err(WorkspaceError::NoHome),
            Some((_, Way::Panics)) => panic!("a fault of the workspace"),
            None => Ok(()),
        }
    }
}

impl Workspace for Faulty<'_> {
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError> {
        self.enter("add")?;
        let added = self.0.add(addition)?;
        self.enter("add late")?;
        Ok(added)
    }

    fn states(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError> {
        self.enter("states")?;
        self.0.states(places, detail)
    }

    fn recreate(&self, again: &Recreation<'_>) -> Result<Added<'_>, WorkspaceError> {
        self.enter("recreate")?;
        self.0.recreate(again)
    }

    fn remove(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError> {
        self.enter("remove")?;
        self.0.remove(removal)
    }
}

struct Stage {
    repo: Repo,
    memory: Memory,
    fault: Fault,
    engine: Engine,
}

impl Stage {
    fn new() -> Self {
        let (repo, memory, fault) = (Repo::new(), Memory::default(), Fault::default());
        let shared = Arc::clone(&fault);
        let engine = Engine::builder(own_store(&repo))
            .agent(Worker::default())
            .runtime(memory.clone())
            .workspace(move |worktrees| Box::new(Faulty(worktrees, Arc::clone(&shared))))
            .build();
        Self { repo, memory, fault, engine }
    }

    fn set(&self, fault: Option<(&'static str, Way)>) {
        *self.fault.lock().unwrap() = fault;
    }

    fn spawn(&self) -> Result<SessionId, OpsError> {
        let request = SpawnRequest::new("x").agent("worker").runtime("memory");
        Ok(self.engine.spawn(request)?.session.id)
    }

    /// Whatever a failed verb must leave as it was.
    fn state(&self) -> (Option<String>, String, String, usize) {
        let tip = self.engine.store().tip().unwrap().map(|tip| tip.to_string());
        let (refs, trees) = (["for-each-ref", "refs/heads"], ["worktree", "list"]);
        (tip, self.repo.git(refs), self.repo.git(trees), self.memory.alive())
    }

    /// A killed session, whose supervisor is gone.
    fn killed(&self) -> SessionId {
        let id = self.spawn().unwrap();
        self.engine.kill(id, &StatusChange::default()).unwrap();
        let lock = self.repo.dir().join(format!(".git/ao/run/{id}"));
        until("the supervisor is gone", || !lock.exists());
        id
    }
}

const EACH_WAY: [Way; 2] = [Way::Fails, Way::Panics];

#[test]
fn what_is_not_added_leaves_nothing() {
    let stage = Stage::new();
    let mut queued = session(1, "From the queue");
    queued.status = SessionStatus::Idle;
    stage.engine.store().create(&queued).unwrap();
    let before = stage.state();
    for way in EACH_WAY {
        for method in ["add", "add late"] {
            stage.set(Some((method, way)));
            let spawned = catch_unwind(AssertUnwindSafe(|| stage.spawn()));
            assert!(spawned.is_err() || spawned.unwrap().is_err());
            // The branch of a worktree that the own workspace dropped goes with it.
            assert_eq!(stage.state(), before, "{method}");
        }
    }
    for way in EACH_WAY {
        stage.set(Some(("recreate", way)));
        let request = StartRequest::default().agent("worker").runtime("memory");
        let start = || stage.engine.start(queued.id, &request).map(|_| ());
        let started = catch_unwind(AssertUnwindSafe(start));
        assert!(started.is_err() || started.unwrap().is_err());
        assert_eq!(record(&stage.repo, queued.id), queued);
        assert_eq!(stage.state(), before);
    }
    stage.set(None);
    let request = StartRequest::default().agent("worker").runtime("memory");
    stage.engine.start(queued.id, &request).unwrap();
    stage.spawn().unwrap();
    assert_eq!(stage.memory.alive(), 2);
}

#[test]
fn what_is_not_made_again_is_not_restored() {
    let stage = Stage::new();
    let id = stage.killed();
    let path = git_ao::ops::place(stage.engine.store(), &record(&stage.repo, id)).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    let (before, now) = (stage.state(), record(&stage.repo, id));
    stage.memory.calls();
    let restore = || stage.engine.restore(id, &Restore::default().again(Again::Fresh)).map(|_| ());
    for (method, way) in
        [("recreate", Way::Fails), ("recreate", Way::Panics), ("states", Way::Fails)]
    {
        stage.set(Some((method, way)));
        let restored = catch_unwind(AssertUnwindSafe(restore));
        assert!(restored.is_err() || restored.unwrap().is_err());
        assert_eq!((stage.state(), record(&stage.repo, id)), (before.clone(), now.clone()));
        let calls = stage.memory.calls();
        assert!(calls.iter().all(|call| call.starts_with("probe")), "{calls:?}");
    }
    stage.set(None);
    restore().unwrap();
    assert!(path.join(".git").is_file());
}

#[test]
fn what_cannot_be_looked_at_is_an_error_and_nothing_is_changed() {
    let stage = Stage::new();
    let id = stage.killed();
    let (before, now) = (stage.state(), record(&stage.repo, id));
    stage.set(Some(("states", Way::Fails)));
    let is_it = |error: OpsError| {
        assert!(matches!(error, OpsError::Workspace(WorkspaceError::NoHome)), "{error:?}");
    };
    is_it(stage.engine.survey(&[&now], Scope::All, Detail::Place).map(|_| ()).unwrap_err());
    is_it(stage.engine.reconcile().map(|_| ()).unwrap_err());
    assert_eq!(stage.state(), before);
}

#[test]
fn what_is_not_removed_is_kept_and_said() {
    let stage = Stage::new();
    let id = stage.killed();
    stage.set(Some(("remove", Way::Fails)));
    let cleaned = stage.engine.cleanup(&Cleanup::default()).unwrap();
    let [left] = &cleaned.leftovers[..] else { panic!("{:?}", cleaned.leftovers) };
    assert!(left.has_failed && left.kept.is_some(), "{left:?}");
    let path = git_ao::ops::place(stage.engine.store(), &record(&stage.repo, id)).unwrap();
    assert!(path.join(".git").is_file());
    stage.set(None);
    let cleaned = stage.engine.cleanup(&Cleanup::default()).unwrap();
    assert!(!cleaned.leftovers[0].has_failed && !path.exists(), "{:?}", cleaned.leftovers);
    let snapshot = stage.engine.store().snapshot().unwrap();
    assert_eq!(
        snapshot.count(Shelf::Active).unwrap() + snapshot.count(Shelf::Archived).unwrap(),
        1
    );
}

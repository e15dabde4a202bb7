use git_ao::model::SessionId;
use git_ao::ops::{AgentStateError, Checks, DeleteError, Engine, Liveness, StatusError};
use git_ao::store::{Key, Store, StoreError};

use super::with_agent;
use crate::support::Repo;
use crate::support::agents::{spawn, workspace};
use crate::support::sessions::store;

fn status(store: &Store, id: SessionId, status: &str) {
    store.update(id, "set", |session| session.status = status.into()).unwrap();
}

#[test]
fn a_session_with_a_running_agent_is_not_deleted() {
    let (repo, id) = with_agent();
    let store = store(&repo);
    let idle = spawn(&repo, &["--no-agent", "another"]);
    status(&store, idle, "done");
    let keys = [Key::from(idle), Key::from(id)];
    let refused =
        |checks| Engine::new(store.clone()).delete(&keys, checks).map(|_| ()).unwrap_err();
    assert!(
        matches!(refused(Checks::All), DeleteError::Status(StatusError::NotEnded { id: it, .. }) if it == id)
    );
    // A record that says so does not make it true.
    status(&store, id, "done");
    let error = refused(Checks::All);
    assert!(
        matches!(error, DeleteError::AgentState(AgentStateError::StillRunning { id: it, .. }) if it == id),
        "{error}"
    );
    assert!(keys.iter().all(|key| store.snapshot().unwrap().find(key.clone()).unwrap().is_some()));

    let path = workspace(&repo, id);
    let done = Engine::new(store.clone()).delete(&keys, Checks::Skip).unwrap();
    assert_eq!(done.events.len(), 1);
    let [first, second] = done.value.try_into().unwrap();
    assert!(matches!(first.agent, Liveness::Gone) && first.purged.is_ok());
    assert!(matches!(second.agent, Liveness::Alive { pid: Some(_) }), "{:?}", second.agent);
    let kept = second.kept.unwrap();
    assert_eq!(kept.worktree.unwrap(), path);
    assert!(kept.branch.unwrap().starts_with("ao/"));
    let Liveness::Alive { pid: Some(pid) } = second.agent else { return };
    repo.env().run(repo.dir(), "kill", [pid.to_string()]).run().ok();
}

#[test]
fn a_session_that_is_named_twice_is_deleted_once() {
    let repo = Repo::new();
    let id = spawn(&repo, &["--no-agent", "the task"]);
    let store = store(&repo);
    status(&store, id, "done");
    let location = store.snapshot().unwrap().get(id).unwrap().location;
    let keys = [Key::from(id), Key::from(&location)];
    assert_eq!(Engine::new(store.clone()).delete(&keys, Checks::All).unwrap().value.len(), 1);
    let error = Engine::new(store.clone()).delete(&keys, Checks::All).map(|_| ()).unwrap_err();
    assert!(matches!(error, DeleteError::Store(StoreError::NotFound(_))), "{error}");
}

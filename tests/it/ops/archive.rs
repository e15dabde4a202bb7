use git_ao::ops::{AgentStateError, ArchiveError, Engine};
use git_ao::store::{Key, Shelf};

use super::with_agent;
use crate::support::agents::{record, spawn, wait_ended};
use crate::support::sessions::store;

#[test]
fn a_session_with_a_running_agent_is_not_archived() {
    let (repo, id) = with_agent();
    let store = store(&repo);
    let engine = Engine::new(store.clone());
    let other = spawn(&repo, &["--no-agent", "another"]);
    let keys = [Key::from(other), Key::from(id)];
    let shelves = || {
        let snapshot = store.snapshot().unwrap();
        keys.clone().map(|key| snapshot.get(key).unwrap().location.shelf)
    };
    let error = engine.archive(&keys).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, ArchiveError::AgentState(AgentStateError::StillRunning { id: it, .. }) if it == id),
        "{error}"
    );
    assert_eq!(shelves(), [Shelf::Active; 2]);

    repo.ao(["kill", &id.short()]).ok();
    wait_ended(&repo, id);
    engine.archive(&keys[..1]).unwrap();
    let before = record(&repo, id);
    let done = engine.archive(&keys).unwrap();
    let from: Vec<_> = done.value.iter().map(|moved| moved.from).collect();
    assert_eq!((from, done.events.len()), (vec![Shelf::Archived, Shelf::Active], 1));
    assert_eq!(shelves(), [Shelf::Archived; 2]);
    assert_eq!(record(&repo, id), before);
    assert!(engine.archive(&keys).unwrap().event.is_none());
    let done = engine.unarchive(&keys).unwrap();
    assert!(done.value.iter().all(|moved| moved.session.location.shelf == Shelf::Active));
    assert_eq!(shelves(), [Shelf::Active; 2]);
}

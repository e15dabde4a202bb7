use std::time::Duration;

use git_ao::model::{AgentEnd, SessionStatus};
use git_ao::ops::{Engine, SpawnRequest, WaitOutcome};

use crate::support::Repo;
use crate::support::agents::{agent, record};
use crate::support::sessions::store;

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn an_agent_is_supervised_by_a_thread() {
    let repo = Repo::new();
    agent(&repo, "mine", "echo hello; exit 3");
    let engine = Engine::new(store(&repo));
    let request = SpawnRequest::new("the task").agent("mine").runtime("detached");
    let made = engine.spawn(request).unwrap();
    let waited = engine.wait(made.session.id, LIMIT).unwrap();
    assert_eq!(waited.outcome, WaitOutcome::Reached, "{:?}", waited.session);
    assert_eq!(waited.session.agent_end(), Some(AgentEnd::Exited(3)));
    assert_eq!(record(&repo, made.session.id).status, SessionStatus::Errored);
}

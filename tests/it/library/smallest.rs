//! The smallest agent and the smallest runtime that can be written.

use git_ao::agent::{Action, Agent, AgentError, Launch, LaunchRequest, Mode};
use git_ao::model::{Filter, Session, SessionId};
use git_ao::ops::{Engine, SpawnRequest, StatusChange};
use git_ao::runtime::{Probe, ProcessSpec, Runtime, RuntimeError, Started, Stopped};
use git_ao::store::StoreError;

use crate::support::Repo;
use crate::support::agents::agent;
use crate::support::sessions::own_store;

struct Thought;

impl Agent for Thought {
    fn name(&self) -> &str {
        "thought"
    }

    fn plan(&self, _: Action, _: Mode, request: &LaunchRequest) -> Result<Launch, AgentError> {
        Ok(Launch::new("no such program").args([request.prompt.clone()]))
    }
}

struct Void(std::sync::mpsc::Sender<ProcessSpec>);

impl Runtime for Void {
    fn name(&self) -> &str {
        "void"
    }

    fn start(&self, _: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        self.0.send(plan.clone()).map_err(|error| RuntimeError::Failed(error.to_string()))?;
        Ok(Started::Running("it".to_owned()))
    }

    fn probe(&self, _: &SessionId, _: &str) -> Probe {
        Probe::Alive { pid: None }
    }

    fn stop(
        &self,
        _: &SessionId,
        _: &str,
        _: std::time::Duration,
    ) -> Result<Stopped, RuntimeError> {
        Err(RuntimeError::Failed("it\nnever ends".to_owned()))
    }
}

#[test]
fn they_work_without_a_program() {
    let repo = Repo::new();
    let (send, plans) = std::sync::mpsc::channel();
    let engine = Engine::builder(own_store(&repo)).agent(Thought).runtime(Void(send)).build();
    let request = SpawnRequest::new("think").agent("thought").runtime("void");
    let made = engine.spawn(request).unwrap();
    let plan = plans.recv().unwrap();
    assert_eq!(plan.argv, ["no such program", "think"]);
    let environment = plan.full_environment();
    assert_eq!(environment.text("AO_SESSION_ID"), Some(&*made.session.id.to_string()));
    assert!(!environment.has("GIT_DIR"));
    let id = made.session.id;
    assert!(engine.send(id, "x").unwrap_err().to_string().contains("cannot send text"));
    assert!(engine.attach(id).unwrap_err().to_string().contains("cannot attach"));
    let error = engine.kill(id, &StatusChange::default()).unwrap_err();
    assert_eq!(error.to_string(), "it\\nnever ends");
}

#[test]
fn sessions_of_one_transaction_are_taken_in_the_order_of_their_creation() {
    let repo = Repo::new();
    let store = own_store(&repo);
    let titles: Vec<_> = (0..20).map(|n| format!("Task {n}")).collect();
    store
        .transaction("create", |tx| {
            for title in &titles {
                let project = "demo".parse().expect("a name");
                let mut task = Session::new(SessionId::random(), project, tx.now());
                task.title.clone_from(title);
                tx.create(task)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let take = || store.take(Filter::All, "one").unwrap().map(|task| task.title);
    assert_eq!(std::iter::from_fn(take).collect::<Vec<_>>(), titles);
}

#[test]
fn a_quick_agent_in_tmux_is_never_called_gone() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 7");
    let engine = Engine::new(own_store(&repo));
    for _ in 0..12 {
        let made = engine.spawn(SpawnRequest::new("x").agent("mine").runtime("tmux")).unwrap();
        let ended = engine.wait(made.session.id, super::engine::LIMIT).unwrap().session;
        let end = ended.agent_end().expect("it has ended");
        assert_eq!((end.code(), end.is_success()), (Some(7), false), "{end}");
    }
}

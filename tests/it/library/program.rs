//! A program of one's own that supervises agents, each in a process of its own.

use std::path::{Path, PathBuf};

use git_ao::agent::{Action, Agent, AgentError, Launch, LaunchRequest, Mode};
use git_ao::git::Environment;
use git_ao::model::{AgentEnd, SessionId, SessionStatus, Timestamp};
use git_ao::ops::{
    Again, Caller, Engine, Liveness, OpsError, Restore, Run, SpawnRequest, StatusChange,
    StatusError, Supervisor,
};
use git_ao::store::{Store, StoreError};

use super::engine::{LIMIT, Stage};
use crate::support::agents::{log, record, until, wait_file, wait_working, workspace};
use crate::support::sessions::{id, own_store};
use crate::support::{Repo, program, worker, write_script};

/// An agent that git-ao does not know.
struct Own(PathBuf);

impl Own {
    /// Its script lies beside HOME.
    fn of(home: &Path) -> Self {
        Self(home.with_file_name("own-agent"))
    }
}

impl Agent for Own {
    fn name(&self) -> &str {
        "own"
    }

    fn program(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn version_args(&self) -> &[String] {
        &[]
    }

    fn mode(&self, _: Action, wanted: Mode, _: &str) -> Option<Mode> {
        Some(wanted)
    }

    fn plan(&self, _: Action, _: Mode, request: &LaunchRequest) -> Result<Launch, AgentError> {
        Ok(Launch::new(self.program()).args([&request.prompt]).agent_session_id("conversation"))
    }
}

/// The program: its main function.
#[test]
fn worker_supervises() {
    worker(|args| {
        let run = Run::from_args(args.iter().copied()).unwrap().expect("it begins with run");
        let store = Store::open(".", Environment::inherited()).unwrap();
        let own = Own::of(store.repository().environment().home().unwrap());
        let engine = Engine::builder(store).agent(own).build();
        if let Err(error) = engine.supervise(run) {
            println!("\nfailed: {error}");
        }
    });
}

/// A repository with the agent, and an engine whose supervisor is the program; `first` is what it
/// does before anything else.
fn stage(first: &str) -> (Repo, Engine) {
    let repo = Repo::new();
    let own = Own::of(&repo.env().home());
    write_script(
        &own.0,
        "printf %s \"$1\" >prompt\necho >>starts\nwhile ! test -e go; do sleep 0.05; done\nexit 4",
    );
    let program = program(repo.env(), worker_supervises, first);
    let builder = Engine::builder(own_store(&repo)).agent(own);
    let engine = builder.supervisor(Supervisor::Program(program)).build();
    (repo, engine)
}

fn spawn(engine: &Engine, runtime: &str) -> SessionId {
    let request = SpawnRequest::new("the task").agent("own").runtime(runtime);
    engine.spawn(request).unwrap().session.id
}

#[test]
fn it_starts_the_agent_and_records_its_end() {
    let (repo, engine) = stage("");
    for runtime in ["detached", "tmux"] {
        let id = spawn(&engine, runtime);
        let now = wait_working(&repo, id);
        assert_eq!(now.agent_session_id.as_deref(), Some("conversation"));
        until("the prompt is there", || wait_file(&repo, id, "prompt") == "the task");
        assert!(matches!(engine.liveness(&now), Liveness::Alive { pid: Some(_) }));
        // An engine that knows neither the agent nor the program sees it, and can stop it.
        let other = Engine::new(own_store(&repo));
        assert!(matches!(other.liveness(&now), Liveness::Alive { pid: Some(_) }));
        other.kill(id, &StatusChange::default()).unwrap();
        assert!(matches!(engine.liveness(&record(&repo, id)), Liveness::Gone));

        engine.restore(id, &Restore::default().again(Again::Fresh).text("again")).unwrap();
        wait_working(&repo, id);
        until("the new prompt is there", || wait_file(&repo, id, "prompt") == "again");
        std::fs::write(workspace(&repo, id).join("go"), "").unwrap();
        let ended = engine.wait(id, LIMIT).unwrap().session;
        assert_eq!(ended.agent_end(), Some(AgentEnd::Exited(4)), "{ended:?}");
        assert_eq!(wait_file(&repo, id, "starts").lines().count(), 2);
        until("its supervisor is gone", || {
            matches!(engine.liveness(&record(&repo, id)), Liveness::Gone)
        });
    }
}

#[test]
fn a_session_that_ended_before_its_supervisor_came_is_not_started() {
    // The supervisor is slow.
    let (repo, engine) = stage("while ! test -e \"$HOME/come\"; do sleep 0.05; done");
    let (ended, deleted) = (spawn(&engine, "detached"), spawn(&engine, "detached"));
    let store = engine.store();
    store.update(ended, "test", |it| it.status = SessionStatus::Done).unwrap();
    let path = workspace(&repo, ended);
    store.delete(deleted).unwrap();
    std::fs::write(repo.env().home().join("come"), "").unwrap();
    for id in [ended, deleted] {
        until("the supervisor says why", || log(&repo, id).contains("\nfailed: "));
    }
    assert!(
        log(&repo, ended).contains(&format!("session {} is done", ended.short())),
        "{}",
        log(&repo, ended)
    );
    let now = record(&repo, ended);
    assert_eq!((now.status.as_str(), now.agent_session_id.as_deref()), ("done", None));
    assert!(!path.join("starts").exists());
    until("the supervisor is gone", || matches!(engine.liveness(&now), Liveness::Gone));
}

#[test]
fn what_has_ended_or_is_unknown_is_not_supervised() {
    let stage = Stage::new();
    let it = stage.spawn("x").id;
    stage.engine.kill(it, &StatusChange::default()).unwrap();
    stage.wait_released(it);
    stage.memory.calls();
    let (before, tip) = (stage.record(it), stage.engine.store().tip().unwrap());
    let old = Timestamp::from_millis(0);
    for turn in [Caller::Terminal, Caller::Runtime(None), Caller::Runtime(Some(old))] {
        let error = stage.engine.supervise(Run::new(it, Action::Launch, turn)).unwrap_err();
        assert!(matches!(error, OpsError::Status(StatusError::Ended { .. })), "{error:?}");
        let error = stage.engine.supervise(Run::new(id(9), Action::Launch, turn)).unwrap_err();
        assert!(matches!(error, OpsError::Store(StoreError::NotFound(_))), "{error:?}");
    }
    // A start that was replaced by another one in the meantime.
    let working = |it: &mut git_ao::model::Session| it.status = SessionStatus::Spawning;
    stage.engine.store().update_unchecked(it, "test", working).unwrap();
    let run = Run::new(it, Action::Launch, Caller::Runtime(Some(old)));
    let error = stage.engine.supervise(run).unwrap_err();
    assert!(matches!(error, OpsError::Status(StatusError::Changed(_))), "{error:?}");
    stage.engine.store().update_unchecked(it, "test", |it| *it = before.clone()).unwrap();
    assert_eq!(stage.record(it), before);
    assert_ne!(stage.engine.store().tip().unwrap(), tip);
    // No lock is left: it can be restored.
    stage.engine.restore(it, &Restore::default()).unwrap();
    assert_eq!(stage.agent(it), "alive");
}

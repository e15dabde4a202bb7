//! Agents and runtimes of an orchestrator's own, in every verb, and nobody else's program.

use std::time::Duration;

use git_ao::agent::Action;
use git_ao::model::{AgentEnd, Session, SessionId, SessionStatus};
use git_ao::ops::{
    Again, AgentOutput, AgentState, Caller, Checks, Cleanup, Engine, Liveness, Restore, Run, Scope,
    SpawnRequest, StartRequest, StatusChange, Supervisor, WaitOutcome,
};
use git_ao::runtime::{Exit, Started, Stopped};
use git_ao::workspace::{Detail, Worktrees};

use super::boxed::Boxed;
use super::memory::{Memory, Worker, given};
use crate::support::Repo;
use crate::support::agents::{agent, record, wait_until};
use crate::support::sessions::{own_store, session};

pub const LIMIT: Duration = Duration::from_secs(60);

/// A repository, and an engine with the worker and the memory.
pub struct Stage {
    pub repo: Repo,
    pub memory: Memory,
    pub worker: Worker,
    pub engine: Engine,
}

impl Stage {
    pub fn new() -> Self {
        let (repo, memory, worker) = (Repo::new(), Memory::default(), Worker::default());
        let engine =
            Engine::builder(own_store(&repo)).agent(worker.clone()).runtime(memory.clone());
        Self { engine: engine.build(), repo, memory, worker }
    }

    pub fn spawn(&self, task: &str) -> Session {
        let request = SpawnRequest::new(task).agent("worker").runtime("memory");
        let made = self.engine.spawn(request).unwrap();
        assert!(matches!(made.started, Started::Running(_)));
        made.session
    }

    pub fn record(&self, id: SessionId) -> Session {
        record(&self.repo, id)
    }

    pub fn handle(&self, id: SessionId) -> String {
        let session = self.record(id);
        session.placements.into_values().next().unwrap().handle.expect("it was started")
    }

    /// Lets the agent end, and waits until that is recorded.
    pub fn end(&self, id: SessionId, exit: Exit) -> Session {
        self.memory.end(&self.handle(id), exit);
        let waited = self.engine.wait(id, LIMIT).unwrap();
        assert_eq!(waited.outcome, WaitOutcome::Reached, "{:?}", waited.session);
        waited.session
    }

    /// Another engine of this process with the same agent and runtime.
    pub fn twin(&self) -> Engine {
        let twin = Engine::builder(own_store(&self.repo)).agent(self.worker.clone());
        twin.runtime(self.memory.clone()).build()
    }

    /// Waits until no thread supervises the session.
    pub fn wait_released(&self, id: SessionId) {
        let lock = self.repo.dir().join(format!(".git/ao/run/{id}"));
        until("the supervisor to end", || !lock.exists());
    }

    /// Waits until the agent is gone.
    pub fn wait_gone(&self, id: SessionId) {
        self.wait_released(id);
        until("the agent to be gone", || self.agent(id) == "gone");
    }

    /// A session that says working, whose supervisor and agent are gone without a word.
    pub fn orphan(&self, task: &str) -> SessionId {
        let id = self.spawn(task).id;
        let (handle, before) = (self.handle(id), self.record(id));
        self.memory.end(&handle, Exit::Code(0));
        self.engine.wait(id, LIMIT).unwrap();
        self.wait_released(id);
        let back = |it: &mut Session| {
            (it.status, it.status_reason) = (before.status.clone(), None);
        };
        self.engine.store().update_unchecked(id, "test", back).unwrap();
        id
    }

    pub fn agent(&self, id: SessionId) -> &'static str {
        let session = self.record(id);
        let live = self.engine.survey(&[&session], Scope::All, Detail::Place).unwrap();
        let name = live[0].agent.as_str();
        assert!(!matches!(live[0].agent, AgentState::Unknown(_)), "{:?}", live[0].agent);
        name
    }
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + LIMIT;
    while !is_so() {
        assert!(std::time::Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_agent_of_its_own_works_in_every_verb() {
    let stage = Stage::new();
    let made = stage.spawn("the task");
    let id = made.id;
    assert_eq!((made.status.as_str(), stage.agent(id)), ("working", "alive"));
    let handle = stage.handle(id);
    assert_eq!(made.placements.values().next().unwrap().handle.as_ref(), Some(&handle));
    stage.memory.run(&handle, |run| {
        let (prompt, args, cwd) = given(run);
        assert_eq!((prompt.as_str(), args), ("the task", vec!["Launch".into(), String::new()]));
        let name = |name: &str| run.plan.set.iter().any(|(known, _)| known == name);
        assert!(cwd.join(".git").is_file() && name("AO_SESSION_ID") && name("WORKER"));
    });
    stage.engine.send(id, "faster").unwrap();
    assert_eq!(stage.memory.run(&handle, |run| run.told.clone()), ["faster"]);
    assert_eq!(stage.engine.attach(id).unwrap().argv, ["look", &handle]);
    stage.engine.pause(id, &StatusChange::default()).unwrap();
    assert_eq!(
        stage.engine.resume(id, &StatusChange::default()).unwrap().session.status,
        SessionStatus::Working
    );
    assert!(
        stage.engine.archive(&[id.into()]).is_err()
            && stage.engine.delete(&[id.into()], Checks::All).is_err()
    );
    assert!(stage.engine.reconcile().unwrap().changed.is_empty());

    let forked = stage.engine.fork(id, SpawnRequest::default().runtime("memory")).unwrap().session;
    let conversation = made.agent_session_id.clone().unwrap();
    let args = stage.memory.run(&stage.handle(forked.id), |run| given(run).1);
    assert_eq!(args, ["Fork", &conversation]);

    let killed = stage.engine.kill(id, &StatusChange::default()).unwrap();
    assert_eq!((killed.stopped, stage.agent(id)), (Some(Stopped::Ended), "gone"));
    assert_eq!(stage.record(id).status, SessionStatus::Killed);
    assert_eq!(stage.end(forked.id, Exit::Code(0)).agent_end(), Some(AgentEnd::Exited(0)));

    let restored = stage.engine.restore(id, &Restore::default()).unwrap();
    assert_ne!(stage.handle(id), handle);
    assert_eq!(restored.session.status, SessionStatus::Working);
    let args = stage.memory.run(&stage.handle(id), |run| given(run).1);
    assert_eq!(args, ["Resume", &conversation]);
    let ended = stage.end(id, Exit::Signal(9));
    assert_eq!(ended.agent_end(), Some(AgentEnd::Signalled(9)));
    assert_eq!(ended.status, SessionStatus::Errored);

    let cleaned = stage.engine.cleanup(&Cleanup::default()).unwrap();
    assert_eq!(cleaned.leftovers.len(), 2, "{:?}", cleaned.leftovers);
    stage.engine.archive(&[id.into(), forked.id.into()]).unwrap();
    assert!(stage.engine.doctor().unwrap().iter().all(|it| !it.what.contains("running")));
    assert_eq!(stage.memory.alive(), 0);
}

#[test]
fn a_queued_record_is_started_later() {
    let stage = Stage::new();
    let mut queued = session(1, "From the queue");
    queued.status = SessionStatus::Idle;
    queued.task = Some("Do it".to_owned());
    stage.engine.store().create(&queued).unwrap();
    stage
        .engine
        .store()
        .update(queued.id, "take", |it| it.status = SessionStatus::Working)
        .unwrap();
    let request = StartRequest::default().agent("worker").runtime("memory");
    let started = stage.engine.start(queued.id, &request).unwrap();
    let now = stage.record(queued.id);
    assert_eq!(now.branch.as_deref(), Some(&*format!("ao/{}-from-the-queue", queued.id.short())));
    assert_eq!(
        (now.base.unwrap().branch.as_deref(), now.status.as_str()),
        (Some("main"), "working")
    );
    assert!(started.workspace.join(".git").is_file());
    assert_eq!(stage.memory.run(&stage.handle(queued.id), |run| given(run).0), "Do it");
    // Neither twice, nor once it has ended.
    assert!(stage.engine.start(queued.id, &request).is_err());
    stage.end(queued.id, Exit::Code(0));
    assert!(stage.engine.start(queued.id, &request).is_err());
    assert_eq!(stage.memory.alive(), 0);
}

#[test]
fn an_agent_is_supervised_by_a_thread() {
    let repo = Repo::new();
    agent(&repo, "mine", "echo hello; exit 3");
    agent(&repo, "quick", "exit 0");
    let engine = Engine::new(own_store(&repo));
    for (agent, end) in [("mine", AgentEnd::Exited(3)), ("quick", AgentEnd::Exited(0))] {
        let request = SpawnRequest::new("the task").agent(agent).runtime("detached");
        let made = engine.spawn(request).unwrap();
        let waited = engine.wait(made.session.id, LIMIT).unwrap();
        assert_eq!(waited.outcome, WaitOutcome::Reached, "{:?}", waited.session);
        assert_eq!(waited.session.agent_end(), Some(end));
        let prompt = made.workspace.unwrap().join("prompt");
        assert_eq!(std::fs::read_to_string(prompt).unwrap(), "the task");
    }
}

#[test]
fn in_tmux_the_exit_status_and_the_last_screen_are_kept() {
    let repo = Repo::new();
    agent(&repo, "mine", "echo on the screen; while ! test -e go; do sleep 0.05; done; exit 4");
    let engine = Engine::new(own_store(&repo));
    let request = SpawnRequest::new("x").agent("mine").runtime("tmux");
    let made = engine.spawn(request);
    let made = match made {
        Ok(made) => made,
        Err(error) => panic!("{error}"),
    };
    let id = made.session.id;
    assert!(matches!(engine.liveness(&record(&repo, id)), Liveness::Alive { .. }));
    std::fs::write(made.workspace.unwrap().join("go"), "").unwrap();
    let waited = engine.wait(id, LIMIT).unwrap();
    assert_eq!(waited.session.agent_end(), Some(AgentEnd::Exited(4)), "{:?}", waited.session);
    let screen = git_ao::ops::last_screen(engine.store().repository(), id).unwrap().unwrap();
    assert!(screen.contains("on the screen"), "{screen}");
    // Nothing stays in the server.
    wait_until(&repo, id, |_| {
        let session = record(&repo, id);
        matches!(engine.liveness(&session), Liveness::Gone)
    });
}

#[test]
fn a_session_in_this_process_is_killed_without_it() {
    let stage = Stage::new();
    agent(&stage.repo, "mine", "exec sleep 1000");
    let request = SpawnRequest::new("x").agent("mine").runtime("detached");
    let by_library = stage.engine.spawn(request.clone()).unwrap().session.id;
    let by_program = stage.engine.spawn(request.clone()).unwrap().session.id;
    let killed = stage.engine.kill(by_library, &StatusChange::default()).unwrap();
    assert_eq!(killed.stopped, Some(Stopped::Ended));
    // Another process finds the agent, and leaves this one alone.
    stage.repo.ao(["kill", &by_program.short()]).ok().stdout_has("its agent was stopped");
    for id in [by_library, by_program] {
        assert_eq!(stage.record(id).status, SessionStatus::Killed);
        assert_eq!(stage.agent(id), "gone");
    }
    // An agent in memory cannot be stopped from outside, and that is said.
    let id = stage.spawn("x").id;
    stage.repo.ao(["kill", &id.short()]).code(1).stderr_has("memory");
    assert_eq!((stage.record(id).status.as_str(), stage.agent(id)), ("working", "alive"));
    stage.engine.kill(id, &StatusChange::default()).unwrap();
}

#[test]
fn workspaces_of_its_own_are_used_by_every_verb() {
    let repo = Repo::new();
    let memory = Memory::default();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let calls = std::sync::Arc::clone(&seen);
    let engine = Engine::builder(own_store(&repo))
        .agent(Worker::default())
        .runtime(memory.clone())
        .workspace(move |worktrees| Box::new(super::traced::Traced::new(worktrees, calls.clone())))
        .build();
    let request = SpawnRequest::new("x").agent("worker").runtime("memory");
    let made = engine.spawn(request).unwrap();
    let (id, path) = (made.session.id, made.workspace.unwrap());
    assert!(path.join("prepared").exists());
    engine.kill(id, &StatusChange::default()).unwrap();
    std::fs::remove_file(path.join("prepared")).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    engine.restore(id, &Restore::default().again(Again::Fresh)).unwrap();
    assert!(path.join("prepared").exists());
    std::fs::remove_file(path.join("prepared")).unwrap();
    engine.kill(id, &StatusChange::default()).unwrap();
    let cleaned = engine.cleanup(&Cleanup::default()).unwrap();
    assert_eq!(cleaned.leftovers[0].kept, None);
    assert!(!path.exists());
    let calls = seen.lock().unwrap().clone();
    for call in ["add", "states", "recreate", "remove"] {
        assert!(calls.contains(&call), "{call}: {calls:?}");
    }
    assert!(Worktrees::new(engine.store().repository()).list().unwrap().len() == 1);
}

#[test]
fn what_is_restored_in_this_process_is_not_taken_for_the_old_agent() {
    let stage = Stage::new();
    agent(&stage.repo, "mine", "exec sleep 1000");
    for runtime in ["detached", "tmux"] {
        let request = SpawnRequest::new("x").agent("mine").runtime(runtime);
        let id = stage.engine.spawn(request).unwrap().session.id;
        for _ in 0..2 {
            let old = stage.handle(id);
            stage.engine.kill(id, &StatusChange::default()).unwrap();
            stage.engine.restore(id, &Restore::default().again(Again::Fresh)).unwrap();
            assert_eq!((stage.agent(id), stage.record(id).status.as_str()), ("alive", "working"));
            assert!(runtime == "tmux" || stage.handle(id) != old);
        }
        stage.engine.kill(id, &StatusChange::default()).unwrap();
        assert_eq!(stage.agent(id), "gone");
    }
}

#[test]
fn the_output_of_a_run_in_this_process_goes_to_the_writer() {
    let repo = Repo::new();
    agent(&repo, "mine", "echo what it says; exit 5");
    let engine = Engine::new(own_store(&repo));
    let request = SpawnRequest::new("the task").agent("mine").runtime("foreground");
    let made = engine.spawn(request).unwrap();
    let id = made.session.id;
    assert!(matches!(made.started, Started::Here(_)), "{:?}", made.started);
    let placed = made.session.placements.values().next().unwrap().at;
    let run = Run::new(id, Action::Launch, Caller::Runtime(placed));
    let (reader, writer) = std::io::pipe().unwrap();
    let output = AgentOutput::Captured(Box::new(writer));
    let ended = engine.runner(run).unwrap().run(&engine, output, &mut |_| {}).unwrap();
    assert_eq!(ended, Exit::Code(5));
    assert_eq!(std::io::read_to_string(reader).unwrap(), "what it says\n");
    assert_eq!(record(&repo, id).agent_end(), Some(AgentEnd::Exited(5)));
}

#[test]
fn a_runtime_of_its_own_works_with_git_ao_as_the_supervisor() {
    let repo = Repo::new();
    agent(&repo, "mine", "test -e stay && exec sleep 1000; echo said; exit 6");
    for supervisor in
        [Supervisor::GitAo(env!("CARGO_BIN_EXE_git-ao").into()), Supervisor::InProcess]
    {
        let engine = Engine::builder(own_store(&repo)).runtime(Boxed::default());
        let engine = engine.supervisor(supervisor.clone()).build();
        let made = engine.spawn(SpawnRequest::new("x").agent("mine").runtime("boxed")).unwrap();
        let id = made.session.id;
        let waited = engine.wait(id, LIMIT).unwrap();
        assert_eq!(waited.session.agent_end(), Some(AgentEnd::Exited(6)), "{supervisor:?}");
        let said = git_ao::ops::last_output(engine.store().repository(), id).unwrap();
        assert_eq!(said.as_deref(), Some("said\n"), "{supervisor:?}");
        std::fs::write(made.workspace.unwrap().join("stay"), "").unwrap();
        engine.restore(id, &Restore::default().again(Again::Fresh)).unwrap();
        let is_working = |session: &Session| session.status == SessionStatus::Working;
        assert_eq!(engine.wait_until(id, LIMIT, is_working).unwrap().outcome, WaitOutcome::Reached);
        // The program does not know the runtime either, and kills the agent by its process.
        repo.ao(["kill", &id.short()]).ok();
        assert!(matches!(engine.liveness(&record(&repo, id)), Liveness::Gone), "{supervisor:?}");
    }
}

#[test]
fn an_engine_can_be_shared_by_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>(_: &T) {}
    shared(&Stage::new().engine);
}

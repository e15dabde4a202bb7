//! Engines of several processes on one repository, and what stays when one of them is killed.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use git_ao::agent::Action;
use git_ao::git::Environment;
use git_ao::model::{AgentEnd, Field, Filter, SessionId, SessionStatus};
use git_ao::ops::{
    Again, Caller, Engine, LaunchError, Liveness, OpsError, Restore, Run, SpawnRequest,
    StartRequest, StatusChange, Step, WaitOutcome,
};
use git_ao::runtime::RuntimeError;
use git_ao::store::{Shelf, Store};

use super::boxed::{Boxed, Dies};
use super::engine::LIMIT;
use crate::support::agents::{agent, record, until, wait_file, wait_working, workspace};
use crate::support::sessions::{assert_whole, own_store, session};
use crate::support::{Repo, employ, race, worker};

/// What an agent does that stays until it may go, and counts how often it was started.
const WAITS: &str = "echo >>starts; while ! test -e go; do sleep 0.05; done; exit 4";

fn here() -> Engine {
    Engine::new(Store::open(".", Environment::inherited()).unwrap())
}

fn fresh() -> Restore {
    Restore::default().again(Again::Fresh)
}

/// Starts an agent in each runtime, names the sessions, and supervises them until it is killed.
#[test]
fn worker_hosts_agents() {
    worker(|runtimes| {
        let engine = here();
        for runtime in runtimes {
            let request = SpawnRequest::new("x").agent("mine").runtime(*runtime);
            println!("\nmade {}", engine.spawn(request).unwrap().session.id);
        }
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
    });
}

/// A process that hosts agents.
struct Host {
    child: Child,
    lines: Receiver<String>,
}

impl Host {
    fn new(repo: &Repo, runtime: &str) -> Self {
        let run = employ(repo.env(), repo.dir(), worker_hosts_agents, &[runtime]);
        let mut child = run.spawn();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = channel();
        std::thread::spawn(move || output.lines().try_for_each(|line| send.send(line.unwrap())));
        Self { child, lines }
    }

    /// The next session that it made.
    fn session(&self) -> SessionId {
        loop {
            let line = self.lines.recv_timeout(LIMIT).expect("it makes a session in time");
            if let Some(id) = line.strip_prefix("made ") {
                return id.parse().unwrap();
            }
        }
    }

    /// Kills it, as the kernel does when there is no memory left.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn starts(repo: &Repo, id: SessionId) -> usize {
    wait_file(repo, id, "starts").lines().count()
}

/// The agent is alive for this engine, which neither starts it again nor corrects its record.
#[track_caller]
fn is_left_alone(engine: &Engine, id: SessionId) {
    let now = engine.store().snapshot().unwrap().session(id).unwrap();
    assert!(matches!(engine.liveness(&now), Liveness::Alive { .. }), "{:?}", engine.liveness(&now));
    let error = engine.restore(id, &fresh()).map(|_| ()).unwrap_err();
    assert!(matches!(error, OpsError::Launch(LaunchError::Running(_))), "{error:?}");
    assert!(engine.start(id, &StartRequest::default()).is_err());
    assert!(engine.archive(&[id.into()]).is_err());
    let reconciled = engine.reconcile().unwrap();
    assert!(reconciled.changed.is_empty() && reconciled.unknown.is_empty(), "{reconciled:?}");
    let waited = engine.wait(id, Duration::from_millis(50)).unwrap();
    assert_eq!((waited.outcome, waited.session), (WaitOutcome::TimedOut, now));
}

#[test]
fn agents_outlive_a_killed_process_and_their_end_is_recorded_by_another() {
    let repo = Repo::new();
    agent(&repo, "mine", WAITS);
    let engine = Engine::new(own_store(&repo));
    for runtime in ["detached", "tmux"] {
        let host = Host::new(&repo, runtime);
        let id = host.session();
        wait_working(&repo, id);
        assert_eq!(starts(&repo, id), 1);
        is_left_alone(&engine, id);
        host.kill();
        is_left_alone(&engine, id);

        std::fs::write(workspace(&repo, id).join("go"), "").unwrap();
        until("the agent is gone", || {
            matches!(engine.liveness(&record(&repo, id)), Liveness::Gone)
        });
        assert_eq!(record(&repo, id).status, SessionStatus::Working, "nobody saw the end");
        assert_eq!(engine.wait(id, LIMIT).unwrap().outcome, WaitOutcome::AgentGone);
        let reconciled = engine.reconcile().unwrap();
        let (changed, steps) = &reconciled.changed[0];
        assert_eq!((changed.id, reconciled.changed.len()), (id, 1));
        let gone = |it: &Step| matches!(it, Step::AgentGone { from: SessionStatus::Working });
        assert!(steps.iter().any(gone), "{steps:?}");
        assert_eq!(record(&repo, id).agent_end(), Some(AgentEnd::Gone));
        assert_eq!(starts(&repo, id), 1);

        std::fs::remove_file(workspace(&repo, id).join("go")).unwrap();
        engine.restore(id, &fresh()).unwrap();
        until("it starts again", || starts(&repo, id) == 2);
        engine.kill(id, &StatusChange::default()).unwrap();
    }
}

#[test]
fn an_agent_of_another_process_is_killed_without_that_process() {
    let repo = Repo::new();
    agent(&repo, "mine", WAITS);
    let engine = Engine::new(own_store(&repo));
    for runtime in ["detached", "tmux"] {
        let mut host = Host::new(&repo, runtime);
        let id = host.session();
        wait_working(&repo, id);
        engine.kill(id, &StatusChange::default()).unwrap();
        let now = record(&repo, id);
        assert_eq!(now.status, SessionStatus::Killed);
        until("the agent is gone", || matches!(engine.liveness(&now), Liveness::Gone));
        assert!(host.child.try_wait().unwrap().is_none(), "the other process goes on");
        // The same once more, where nobody supervises it any more.
        engine.restore(id, &fresh()).unwrap();
        engine.kill(id, &StatusChange::default()).unwrap();
        host.kill();
        let orphan = {
            let host = Host::new(&repo, runtime);
            let id = host.session();
            wait_working(&repo, id);
            host.kill();
            id
        };
        engine.kill(orphan, &StatusChange::default()).unwrap();
        let now = record(&repo, orphan);
        assert_eq!(now.status, SessionStatus::Killed);
        assert!(matches!(engine.liveness(&now), Liveness::Gone), "{:?}", engine.liveness(&now));
    }
}

/// Takes and starts whatever waits, one after the other.
fn empty_queue(engine: &Engine) {
    let waiting = Filter::Is(Field::Status, "idle".to_owned());
    while let Some(task) = engine.store().take(&waiting, "orchestrator").unwrap() {
        let request = StartRequest::default().agent("mine").runtime("detached");
        engine.start(task.id, &request).unwrap();
        let ended = engine.wait(task.id, LIMIT).unwrap().session;
        assert_eq!(ended.agent_end(), Some(AgentEnd::Exited(0)), "{ended:?}");
    }
}

/// Two engines, each with a thread.
#[test]
fn worker_empties_the_queue() {
    worker(|_| {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| empty_queue(&here()));
            }
        });
    });
}

#[test]
fn two_processes_with_two_engines_each_start_each_task_once() {
    let repo = Repo::new();
    let starts = repo.env().path("starts");
    agent(&repo, "mine", &format!("echo \"$AO_SESSION_ID\" >>'{}'", starts.display()));
    let store = own_store(&repo);
    let tasks: Vec<_> = (1..=8)
        .map(|n| {
            let mut task = session(n, &format!("Task {n}"));
            (task.status, task.task) = (SessionStatus::Idle, Some("Do it".to_owned()));
            store.create(&task).unwrap();
            task.id
        })
        .collect();
    for out in race(2, |_| employ(repo.env(), repo.dir(), worker_empties_the_queue, &["go"])) {
        out.ok();
    }
    let started = std::fs::read_to_string(starts).unwrap();
    let different: HashSet<_> = started.lines().collect();
    assert_eq!((started.lines().count(), different.len()), (8, 8), "{started}");
    let snapshot = store.snapshot().unwrap();
    for id in &tasks {
        assert_eq!(snapshot.session(*id).unwrap().status, SessionStatus::Done);
    }
    let events = snapshot.events(Default::default()).map(Result::unwrap);
    let taken = events.filter(|event| event.message.op == "take");
    let mut taken: Vec<_> = taken.map(|event| event.message.sessions[0]).collect();
    taken.reverse();
    assert_eq!(taken, tasks, "first in, first out");
    assert_whole(&repo);
}

/// Restores a session, says whether it could, and leaves.
#[test]
fn worker_restores() {
    worker(|args| {
        let id: SessionId = args[0].parse().unwrap();
        match here().restore(id, &fresh()) {
            Ok(_) => println!("\nstarted"),
            Err(error) => println!("\nrefused: {error}"),
        }
    });
}

#[test]
fn of_several_processes_one_restores_and_the_agent_outlives_it() {
    let repo = Repo::new();
    agent(&repo, "mine", WAITS);
    let engine = Engine::new(own_store(&repo));
    let request = SpawnRequest::new("x").agent("mine").runtime("detached");
    let id = engine.spawn(request).unwrap().session.id;
    assert_eq!(starts(&repo, id), 1);
    engine.kill(id, &StatusChange::default()).unwrap();
    let text = id.to_string();
    let outs = race(3, |_| employ(repo.env(), repo.dir(), worker_restores, &[&text]));
    let outs: Vec<_> = outs.into_iter().map(|out| out.ok().stdout).collect();
    let count = |what| outs.iter().filter(|out| out.contains(what)).count();
    assert_eq!((count("\nstarted\n"), count("\nrefused: ")), (1, 2), "{outs:?}");
    until("it starts", || starts(&repo, id) == 2);
    is_left_alone(&engine, id);
    engine.kill(id, &StatusChange::default()).unwrap();
    assert!(matches!(engine.liveness(&record(&repo, id)), Liveness::Gone));
    assert_eq!(starts(&repo, id), 2);
}

#[test]
fn what_runs_is_not_supervised_once_more() {
    let repo = Repo::new();
    agent(&repo, "mine", WAITS);
    let host = Host::new(&repo, "detached");
    let id = host.session();
    wait_working(&repo, id);
    let run = Run::new(id, Action::Launch, Caller::Terminal);
    let engine = Engine::new(own_store(&repo));
    let is_refused = || {
        let error = engine.supervise(run).map(|_| ()).unwrap_err();
        let is_running = matches!(&error, OpsError::Launch(LaunchError::Running(it)) if *it == id);
        assert!(is_running, "{error:?}");
    };
    is_refused();
    host.kill();
    is_refused();
    engine.kill(id, &StatusChange::default()).unwrap();
}

#[test]
fn a_program_that_does_not_know_the_runtime_waits_for_a_slow_supervisor() {
    let repo = Repo::new();
    agent(&repo, "mine", WAITS);
    let slow = Boxed::late(Duration::from_secs(1));
    let engine = Engine::builder(own_store(&repo)).runtime(slow).build();
    let request = SpawnRequest::new("x").agent("mine").runtime("boxed");
    let id = engine.spawn(request).unwrap().session.id;
    assert_eq!(starts(&repo, id), 1);
    repo.ao(["kill", &id.short()]).ok().stdout_has("its agent was stopped");
    let now = record(&repo, id);
    assert_eq!(now.status, SessionStatus::Killed);
    assert!(matches!(engine.liveness(&now), Liveness::Gone));
}

/// Dies while it starts an agent.
#[test]
fn worker_dies() {
    worker(|args| {
        let when = if args[0] == "before" { Dies::BeforeStart } else { Dies::AfterStart };
        let store = here().store().clone();
        let engine = Engine::builder(store).runtime(Boxed::dying(when)).build();
        let request = SpawnRequest::new("x").agent("mine").runtime("boxed");
        engine.spawn(request).map(|_| ()).unwrap();
    });
}

#[test]
fn a_process_that_dies_while_it_starts_an_agent_leaves_nothing_unclear() {
    let repo = Repo::new();
    agent(&repo, "mine", WAITS);
    let engine = Engine::builder(own_store(&repo)).runtime(Boxed::default()).build();
    let only = || {
        let listed = engine.store().snapshot().unwrap().list(Shelf::Active).unwrap();
        listed.into_iter().find_map(|it| it.session.ok().filter(|it| !it.status.is_terminal()))
    };

    let dies = |when| employ(repo.env(), repo.dir(), worker_dies, &[when]).run();
    assert_ne!(dies("before").status, 0);
    let id = only().unwrap().id;
    assert!(matches!(engine.liveness(&record(&repo, id)), Liveness::Gone));
    engine.restore(id, &fresh()).unwrap();
    until("it starts", || starts(&repo, id) == 1);
    engine.kill(id, &StatusChange::default()).unwrap();

    assert_ne!(dies("after").status, 0);
    let id = only().unwrap().id;
    assert_eq!(starts(&repo, id), 1);
    // Its handle was never recorded, but it is found, and not started twice.
    let now = record(&repo, id);
    assert!(matches!(engine.liveness(&now), Liveness::Unknown(RuntimeError::Orphaned(_))));
    assert!(engine.restore(id, &fresh()).is_err() && engine.archive(&[id.into()]).is_err());
    assert!(engine.kill(id, &StatusChange::default()).is_err());
    let reconciled = engine.reconcile().unwrap();
    assert!(reconciled.changed.is_empty(), "{reconciled:?}");
    assert_eq!(reconciled.unknown[0].0, id);
    std::fs::write(workspace(&repo, id).join("go"), "").unwrap();
    until("it is gone", || matches!(engine.liveness(&record(&repo, id)), Liveness::Gone));
    std::fs::remove_file(workspace(&repo, id).join("go")).unwrap();
    engine.restore(id, &fresh()).unwrap();
    until("it starts again", || starts(&repo, id) == 2);
    engine.kill(id, &StatusChange::default()).unwrap();
}

//! Runtimes and agents that fail in ways of their own.

use git_ao::model::{SessionId, SessionStatus};
use git_ao::ops::{Engine, LaunchError, OpsError, SpawnRequest, StatusChange, Supervisor};
use git_ao::runtime::{Exit, RuntimeError};
use git_ao::store::Shelf;

use super::engine::Stage;
use super::memory::Fault;
use crate::support::sessions::own_store;
use crate::support::write_script;

fn request() -> SpawnRequest {
    SpawnRequest::new("x").agent("worker").runtime("memory")
}

/// Spawns, which fails: neither a record nor a branch nor a worktree is left.
#[track_caller]
fn nothing_left(stage: &Stage) -> OpsError {
    let state = || {
        let sessions = stage.engine.store().snapshot().unwrap().list(Shelf::Active).unwrap();
        let (refs, trees) = (["for-each-ref", "refs/heads"], ["worktree", "list"]);
        (sessions.len(), stage.repo.git(refs), stage.repo.git(trees))
    };
    let before = state();
    let error = stage.engine.spawn(request()).map(|_| ()).unwrap_err();
    assert_eq!(state(), before, "{error}");
    assert_eq!(stage.memory.alive(), 0, "{error}");
    error
}

#[test]
fn a_start_that_fails_leaves_nothing() {
    let stage = Stage::new();
    stage.memory.fault(Fault::Start);
    let error = nothing_left(&stage);
    assert!(matches!(error, OpsError::Runtime(RuntimeError::NotInstalled(_))), "{error:?}");
}

#[test]
fn a_start_that_panics_leaves_nothing() {
    let stage = Stage::new();
    stage.memory.fault(Fault::Panic("start"));
    let error = nothing_left(&stage);
    assert!(matches!(error, OpsError::Runtime(RuntimeError::Panicked(_))), "{error:?}");
}

#[test]
fn a_handle_with_line_breaks_never_reaches_a_record() {
    for handle in ["one\ntwo", "", "\u{1b}[2J", &"x".repeat(10_000)] {
        let stage = Stage::new();
        stage.memory.fault(Fault::Handle(handle.to_owned()));
        let error = nothing_left(&stage);
        let named = matches!(error, OpsError::Runtime(RuntimeError::BadHandle { .. }));
        assert!(named, "{handle:?}: {error:?}");
        assert!(!error.to_string().contains(['\n', '\u{1b}']), "{error}");
    }
}

#[test]
fn a_probe_that_panics_or_denies_is_not_believed_over_the_lock() {
    for fault in [Fault::Panic("probe"), Fault::Denies, Fault::Probe] {
        let stage = Stage::new();
        let id = stage.spawn("x").id;
        stage.memory.fault(fault.clone());
        assert_eq!(stage.agent(id), "alive", "{fault:?}");
        assert!(stage.engine.archive(&[id.into()]).is_err(), "{fault:?}");
        assert!(stage.engine.reconcile().unwrap().changed.is_empty(), "{fault:?}");
        stage.memory.end(&stage.handle(id), Exit::Code(0));
        stage.engine.wait(id, super::engine::LIMIT).unwrap();
        assert_eq!(stage.record(id).status, SessionStatus::Done, "{fault:?}");
    }
}

#[test]
fn a_stop_that_stops_nothing_is_not_believed() {
    let stage = Stage::new();
    let id = stage.spawn("x").id;
    stage.memory.fault(Fault::Lies);
    let error = stage.engine.kill(id, &StatusChange::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, OpsError::AgentState(_)), "{error:?}");
    assert_eq!((stage.record(id).status.as_str(), stage.agent(id)), ("working", "alive"));
}

#[test]
fn a_program_that_vanishes_after_the_check_leaves_nothing() {
    let stage = Stage::new();
    let program = stage.repo.env().path("gone-agent");
    write_script(&program, "exit 0");
    stage.repo.config("ao.agent.gone.command", &format!("'{}'", program.display()));
    let engine = Engine::new(own_store(&stage.repo));
    let request = SpawnRequest::new("x").agent("gone").runtime("detached");
    let plan = engine.spawn_plan(request.clone()).unwrap();
    std::fs::remove_file(&program).unwrap();
    assert!(engine.spawn_planned(plan).is_err());
    let snapshot = engine.store().snapshot().unwrap();
    assert!(snapshot.list(Shelf::Active).unwrap().is_empty());
    assert!(matches!(
        engine.spawn(request).map(|_| ()).unwrap_err(),
        OpsError::Launch(LaunchError::NotInstalled { .. })
    ));
}

#[test]
fn a_supervisor_that_is_missing_or_does_not_know_the_agent_is_found_before_anything_is_made() {
    let stage = Stage::new();
    let with = |supervisor| {
        let engine = Engine::builder(own_store(&stage.repo)).agent(stage.worker.clone());
        engine.runtime(stage.memory.clone()).supervisor(supervisor).build()
    };
    let here = std::path::PathBuf::from(env!("CARGO_BIN_EXE_git-ao"));
    let nowhere = stage.repo.env().path("nowhere");
    let error = with(Supervisor::GitAo(here)).spawn(request()).map(|_| ()).unwrap_err();
    let named = matches!(error, OpsError::Launch(LaunchError::UnknownToSupervisor(_)));
    assert!(named, "{error:?}");
    let text = stage.repo.env().path("text");
    std::fs::write(&text, "not a program").unwrap();
    for missing in [nowhere, text] {
        let error = with(Supervisor::Program(missing)).spawn(request()).map(|_| ()).unwrap_err();
        assert!(matches!(error, OpsError::Launch(LaunchError::NoSupervisor(_))), "{error:?}");
    }
    assert!(stage.engine.store().snapshot().unwrap().list(Shelf::Active).unwrap().is_empty());
    assert_eq!(stage.memory.calls(), Vec::<String>::new());
}

#[test]
fn a_record_that_is_deleted_while_its_agent_runs_ends_the_agent() {
    let stage = Stage::new();
    let id: SessionId = stage.spawn("x").id;
    let handle = stage.handle(id);
    stage.engine.store().delete(id).unwrap();
    // The next thing that is to be recorded finds no record.
    stage.memory.end(&handle, Exit::Code(0));
    stage.wait_released(id);
    assert!(!stage.engine.store().snapshot().unwrap().contains(id).unwrap());
}

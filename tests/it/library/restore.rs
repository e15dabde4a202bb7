//! The nine behaviours of a restore that a trait-based store has (ao_core), on a runtime, an agent
//! and workspaces of one's own: what comes back, in which order, and what is refused with the
//! runtime not touched.

use std::fs;

use git_ao::model::{Handle, Placement, Session, SessionId, SessionStatus};
use git_ao::ops::{
    Again, Checks, Engine, LaunchError, OpsError, Restore, SessionWorktreeError, SpawnRequest,
    StatusChange, StatusError,
};
use git_ao::runtime::Exit;
use git_ao::store::{Context, ResolveError, StoreError};

use super::engine::Stage;
use super::memory::{Fault, given};
use crate::support::sessions::{id, session};

fn fresh() -> Restore {
    Restore::default().again(Again::Fresh)
}

/// A session whose agent was killed, and the path of its worktree. The runtime has forgotten it.
fn killed(stage: &Stage) -> (SessionId, std::path::PathBuf) {
    let id = stage.spawn("the task").id;
    stage.engine.kill(id, &StatusChange::default()).unwrap();
    let session = stage.record(id);
    let path = git_ao::ops::place(stage.engine.store(), &session).unwrap();
    stage.memory.calls();
    (id, path)
}

/// Restores, and returns the error: the record and the runtime are as before.
#[track_caller]
fn refused(stage: &Stage, id: SessionId, wish: &Restore) -> OpsError {
    let (before, tip) = (stage.record(id), stage.engine.store().tip().unwrap());
    stage.memory.calls();
    let error = stage.engine.restore(id, wish).map(|_| ()).unwrap_err();
    let touched = stage.memory.calls().into_iter().filter(|call| !call.starts_with("probe"));
    assert_eq!(touched.collect::<Vec<_>>(), Vec::<String>::new(), "{error}");
    assert_eq!((stage.record(id), stage.engine.store().tip().unwrap()), (before, tip), "{error}");
    error
}

#[test]
fn a_terminated_session_comes_back() {
    let stage = Stage::new();
    let id = stage.spawn("the task").id;
    let old = stage.handle(id);
    // It has ended for the record; the runtime still holds it.
    stage.engine.store().update(id, "test", |it| it.status = SessionStatus::Terminated).unwrap();
    stage.memory.end(&old, Exit::Code(1));
    stage.wait_gone(id);
    stage.memory.calls();
    stage.engine.restore(id, &fresh()).unwrap();
    let new = stage.handle(id);
    let calls = stage.memory.calls();
    let at = |call: &str| calls.iter().position(|it| it == call);
    let (start, stop) = (at("start").unwrap(), at(&format!("stop {old}")).unwrap());
    assert!(start < stop, "the old one goes only when the new one has started: {calls:?}");
    assert_eq!(stage.memory.run(&new, |run| given(run).0), "the task");
    let told = stage.repo.git(["log", "-2", "--format=%s", "refs/ao/sessions"]);
    let short = id.short();
    assert!(told.contains(&format!("restore {short}: terminated -> spawning")), "{told}");
    assert!(told.contains(&format!("status {short}: spawning -> working")), "{told}");
}

#[test]
fn without_a_handle_nothing_is_stopped_and_a_name_is_made() {
    let stage = Stage::new();
    stage.repo.git(["branch", "bare"]);
    let mut it = session(1, "never ran");
    it.agent = Some("worker".to_owned());
    it.branch = Some("bare".to_owned());
    it.status = SessionStatus::Terminated;
    let mut here = Placement::default();
    here.runtime = Some("memory".to_owned());
    it.placements.insert(stage.engine.store().replica().unwrap(), here);
    stage.engine.store().create_unchecked(&it).unwrap();
    stage.engine.restore(it.id, &fresh()).unwrap();
    assert!(stage.memory.calls().iter().all(|call| !call.starts_with("stop")));
    let (one, two) = (stage.handle(it.id), stage.handle(stage.spawn("x").id));
    assert!(!one.is_empty() && one != two);
}

#[test]
fn one_that_says_working_and_is_gone_is_restored() {
    let stage = Stage::new();
    let id = stage.orphan("the task");
    assert_eq!((stage.record(id).status.as_str(), stage.agent(id)), ("working", "gone"));
    stage.engine.restore(id, &fresh()).unwrap();
    assert_eq!((stage.record(id).status.as_str(), stage.agent(id)), ("working", "alive"));
}

#[test]
fn a_probe_that_fails_is_not_gone() {
    let stage = Stage::new();
    let id = stage.orphan("the task");
    stage.memory.fault(Fault::Probe);
    let error = refused(&stage, id, &fresh());
    assert!(matches!(error, OpsError::AgentState(_)), "{error:?}");
}

#[test]
fn merged_is_not_restorable_unless_forced() {
    let stage = Stage::new();
    let id = killed(&stage).0;
    let merged = |it: &mut Session| it.status = SessionStatus::Merged;
    stage.engine.store().update_unchecked(id, "test", merged).unwrap();
    let error = refused(&stage, id, &fresh());
    assert!(matches!(error, OpsError::Status(StatusError::Merged(it)) if it == id), "{error:?}");
    stage.engine.restore(id, &fresh().checks(Checks::Skip)).unwrap();
    assert_eq!(stage.agent(id), "alive");
}

#[test]
fn a_missing_workspace_is_made_again_or_nothing_is_touched() {
    let stage = Stage::new();
    let (id, path) = killed(&stage);
    fs::remove_dir_all(&path).unwrap();
    stage.engine.restore(id, &fresh()).unwrap();
    assert!(path.join(".git").is_file());
    stage.engine.kill(id, &StatusChange::default()).unwrap();

    let branch = stage.record(id).branch.unwrap();
    fs::remove_dir_all(&path).unwrap();
    stage.repo.git(["worktree", "prune"]);
    stage.repo.git(["branch", "-D", &branch]);
    stage.engine.store().update(id, "test", |it| (it.head, it.base) = (None, None)).unwrap();
    let error = refused(&stage, id, &fresh());
    assert!(error.to_string().contains(&branch), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_directory_that_is_no_worktree_is_named_and_not_touched() {
    let stage = Stage::new();
    let (id, path) = killed(&stage);
    fs::remove_dir_all(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("precious"), "").unwrap();
    let error = refused(&stage, id, &fresh());
    let is_named = matches!(
        &error,
        OpsError::Worktree(SessionWorktreeError::NotUsable { path: named, .. }) if *named == path
    );
    assert!(is_named && path.join("precious").exists(), "{error:?}");
}

#[test]
fn unknown_sessions_and_agents_are_refused() {
    let stage = Stage::new();
    let nobody = id(77);
    let error = stage.engine.restore(nobody, &fresh()).map(|_| ()).unwrap_err();
    assert!(matches!(error, OpsError::Store(StoreError::NotFound(_))), "{error:?}");
    let id = killed(&stage).0;
    let error = refused(&stage, id, &fresh().agent("nobody"));
    assert!(matches!(error, OpsError::Agent(_)), "{error:?}");
    let error = refused(&stage, id, &fresh().runtime("nowhere"));
    assert!(matches!(error, OpsError::Runtime(_)), "{error:?}");
}

#[test]
fn one_that_cannot_be_started_is_as_before() {
    let stage = Stage::new();
    let (id, path) = killed(&stage);
    let before = stage.record(id);
    fs::remove_dir_all(&path).unwrap();
    stage.memory.fault(Fault::Start);
    let error = stage.engine.restore(id, &fresh()).map(|_| ()).unwrap_err();
    assert!(matches!(error, OpsError::Runtime(_)), "{error:?}");
    let after = stage.record(id);
    let same = |it: &Session| (it.status.clone(), it.status_reason.clone(), it.placements.clone());
    assert_eq!(same(&after), same(&before));
    assert_eq!((after.agent_session_id, stage.agent(id)), (before.agent_session_id, "gone"));
    assert!(!path.exists(), "the worktree that was made for it is gone again");
    assert!(stage.memory.calls().iter().all(|call| !call.starts_with("stop")));
}

#[test]
fn a_lost_conversation_is_not_replaced_unasked() {
    let stage = Stage::new();
    let id = killed(&stage).0;
    stage.worker.known.lock().unwrap().clear();
    let error = refused(&stage, id, &Restore::default());
    assert!(matches!(error, OpsError::Launch(LaunchError::Lost { .. })), "{error:?}");
    stage.engine.restore(id, &fresh()).unwrap();
}

#[test]
fn another_engine_of_this_process_sees_the_same() {
    let stage = Stage::new();
    let id = stage.spawn("x").id;
    // It knows neither the agent nor the runtime.
    let other = Engine::new(stage.engine.store().clone());
    assert!(
        other.restore(id, &fresh()).is_err() && other.kill(id, &StatusChange::default()).is_err()
    );
    assert!(other.archive(&[id.into()]).is_err());
    assert_eq!((stage.record(id).status.as_str(), stage.agent(id)), ("working", "alive"));
    // Two that know them do not start it twice.
    stage.engine.kill(id, &StatusChange::default()).unwrap();
    let twin = stage.twin();
    let started = std::thread::scope(|scope| {
        let engines = [stage.engine.clone(), twin];
        let all = engines.map(|it| scope.spawn(move || it.restore(id, &fresh()).is_ok()));
        all.map(|thread| thread.join().unwrap())
    });
    assert_eq!(started.iter().filter(|ok| **ok).count(), 1, "{started:?}");
    assert_eq!(stage.memory.alive(), 1);
}

#[test]
fn a_session_is_named_by_a_prefix() {
    let stage = Stage::new();
    let ids = ["7b6d11f9-3a52-4c0e-8f0a-2f6b1c0d9e8f", "7b6d2222-3a52-4c0e-8f0a-2f6b1c0d9e8f"];
    for text in ids {
        let mut it = session(1, text);
        (it.id, it.agent) = (text.parse().unwrap(), Some("worker".to_owned()));
        (it.status, it.branch) = (SessionStatus::Killed, Some(format!("branch-{}", &text[..8])));
        stage.repo.git(["branch", it.branch.as_deref().unwrap()]);
        stage.engine.store().create_unchecked(&it).unwrap();
    }
    let snapshot = stage.engine.store().snapshot().unwrap();
    let resolve = |text: &str| snapshot.resolve(&Handle::parse(text), &Context::default());
    let refused = |text: &str| match resolve(text).unwrap_err() {
        StoreError::Resolve(error) => error,
        error => panic!("{text}: {error:?}"),
    };
    match refused("7b6d") {
        ResolveError::Ambiguous { text, candidates } => {
            let mut named: Vec<_> = candidates.iter().map(|(key, _)| key.id.to_string()).collect();
            named.sort();
            assert_eq!((text.as_str(), named), ("7b6d", ids.map(str::to_owned).to_vec()));
        }
        error => panic!("{error:?}"),
    }
    assert!(matches!(refused("ffff"), ResolveError::Nothing { .. }));
    assert!(matches!(refused(&id(77).to_string()), ResolveError::Nothing { .. }));
    assert!(matches!(refused(""), ResolveError::Nothing { .. }), "{:?}", refused(""));
    assert_eq!(stage.memory.calls(), Vec::<String>::new());

    let wish = fresh().runtime("memory").text("go on");
    stage.engine.restore(&resolve("7b6d1").unwrap(), &wish).unwrap();
    stage.engine.restore(&resolve(ids[1]).unwrap(), &wish).unwrap();
    for text in ids {
        assert_eq!(stage.agent(text.parse().unwrap()), "alive");
    }
}

#[test]
fn the_recorded_model_is_used_again() {
    let stage = Stage::new();
    let request = SpawnRequest::new("x").agent("worker").runtime("memory").model("large");
    let id = stage.engine.spawn(request).unwrap().session.id;
    let model = |id| {
        let set = stage.memory.run(&stage.handle(id), |run| run.plan.set.clone());
        set.into_iter().find(|(name, _)| name == "MODEL").unwrap().1.into_string().unwrap()
    };
    assert_eq!(model(id), "large");
    let forked = stage.engine.fork(id, SpawnRequest::default().runtime("memory")).unwrap();
    assert_eq!(model(forked.session.id), "large");
    let other = SpawnRequest::default().runtime("memory").model("small");
    let other = stage.engine.fork(id, other).unwrap().session.id;
    stage.engine.kill(id, &StatusChange::default()).unwrap();
    stage.engine.restore(id, &Restore::default()).unwrap();
    assert_eq!((model(id), model(other)), ("large".to_owned(), "small".to_owned()));
    stage.engine.kill(id, &StatusChange::default()).unwrap();
    stage.engine.restore(id, &fresh()).unwrap();
    assert_eq!(model(id), "large");
}

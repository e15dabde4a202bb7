//! Makes a planned session.

use std::path::PathBuf;

use super::plan::{SpawnPlan, Tenure};
use super::record::check_issue;
use crate::agent::Action;
use crate::model::{Oid, Origin, Placement, Session, SessionStatus};
use crate::ops::common::artifacts::{Purge, purge};
use crate::ops::common::handover::handover;
use crate::ops::common::run_request::key_of;
use crate::ops::common::spawn_request::Duplicates;
use crate::ops::common::start::{PATIENCE, claim};
use crate::ops::common::start_guard::StartGuard;
use crate::ops::common::{
    Engine, IgnoredFiles, LeftSetups, OpsError, Start, lodging, message, parent, placement, ports,
};
use crate::runtime::Started;
use crate::store::{Store, StoreError, Transaction, Visibility};
use crate::workspace::{self, Added, Remarks, Workspace};

/// The result of [`spawn`](Engine::spawn).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Spawned {
    /// The record.
    pub session: Session,
    /// The event.
    pub event: Oid,
    /// Who can see the session.
    pub visibility: Visibility,
    /// The worktree, if there is one.
    pub workspace: Option<PathBuf>,
    /// Whose the worktree is.
    pub tenure: Tenure,
    /// The result of starting the agent.
    pub started: Started,
    /// Whether the agent got a summary of the forked session's conversation.
    pub handed_over: bool,
    /// Remarks on the worktree.
    pub remarks: Remarks,
    /// Why the worktree is not set up, if no agent was started that would have to report it. The
    /// session is errored then.
    pub not_set_up: Option<String>,
    /// Setups of the tree that were not run.
    pub left: LeftSetups,
}

pub(super) fn make(engine: &Engine, mut plan: SpawnPlan) -> Result<Spawned, OpsError> {
    let (store, interrupt) = (engine.store(), engine.interrupt());
    interrupt.check()?;
    let repo = store.repository();
    let workspaces = engine.workspace();
    let begins = plan.session.existing_branch.is_some() && plan.workspace.is_some();
    let alone = begins.then(|| lodging::alone(engine, &plan.session)).transpose()?;
    let mut made = check_out(engine, &*workspaces, &plan)?;
    interrupt.check()?;
    let is_new = plan.workspace.is_some() && plan.tenure == Tenure::Owner;
    if is_new && plan.ignored_files == IgnoredFiles::Include {
        engine.include(&mut made, plan.parent.as_ref())?;
    }
    let (start, parent) = (&mut plan.start, plan.parent.as_ref());
    let handed_over = match (start, parent) {
        (Some(start), Some(parent)) => hand_over(engine, start, &plan.session, parent)?,
        _ => false,
    };
    let tenure = plan.tenure;
    let SpawnPlan { mut session, mut workspace, duplicates, visibility, fork_event, .. } = plan;
    let at = store.clock().now();
    // The agent that was started waits for the claim, so the claim is released last.
    let mut claimed = None;
    let mut guard = None;
    if let Some(path) = &mut workspace {
        made.path().clone_into(path);
        if is_new {
            workspace::name_project(path, &session.project_id)?;
        }
        let id = session.id;
        ports::take(repo, id)?;
        made.on_rollback(move || {
            // The next session that needs them takes them.
            let _ = ports::give_back(repo, id);
            Ok(())
        });
        if is_new {
            engine.await_setup(path, plan.setup)?;
        }
        if let Some(problem) = placement::folder_or_top(path, &session).1 {
            made.misses_folder(session.folder.take().unwrap_or_default(), problem);
        }
        // Choose the clone's name before the agent is started: its supervisor reads the name.
        let replica = store.replica()?;
        if let Some(start) = &plan.start {
            made.on_rollback(move || {
                // An empty log that cannot be removed is harmless.
                let _ = purge(store, id, None, Purge::Output);
                let _ = message::leave(store.repository(), id, None);
                Ok(())
            });
            claimed = Some(claim(repo, id, PATIENCE)?);
            guard = Some(StartGuard::new(engine, &session, path, start, at)?);
        }
        let runtime = plan.start.as_ref().map_or("none", |start| start.runtime.name());
        if guard.as_ref().is_some_and(StartGuard::runs) {
            session.status = SessionStatus::Spawning;
        }
        let placement = Placement {
            workspace: Some(workspace::to_record(path, repo.environment())?),
            runtime: Some(runtime.to_owned()),
            handle: guard.as_ref().and_then(StartGuard::handle),
            socket: guard.as_ref().and_then(StartGuard::socket),
            at: Some(at),
            ..Placement::default()
        };
        session.placements.insert(replica, placement);
    }
    if let (Some(start), Some(origin)) = (&plan.start, &plan.parent)
        && start.action == Action::Fork
    {
        parent::record_conversation(store, origin)?;
    }
    let verb = if fork_event.is_some() { "fork" } else { "spawn" };
    let committed = store.transaction(verb, |tx| {
        interrupt.check()?;
        if duplicates == Duplicates::Refuse && fork_event.is_none() {
            check_issue(tx.snapshot(), &session)?;
        }
        create(tx, &session, visibility, fork_event.as_ref()).map_err(OpsError::from)
    })?;
    let mut session = committed.value;
    let mut started = Started::Nothing;
    let has_agent = guard.as_ref().is_some_and(StartGuard::runs);
    if let Some(guard) = guard {
        let is_late = guard.handle().is_none();
        started = match guard.finish(&session) {
            Ok(started) => started,
            Err(error) => {
                take_back(store, &session)?;
                return Err(error);
            }
        };
        if is_late && started != Started::Nothing {
            session = store.snapshot()?.session(key_of(&session)).unwrap_or(session);
        }
    }
    let remarks = made.remarks().clone();
    made.keep();
    drop(alone);
    drop(claimed);
    let (mut left, mut not_set_up) = (LeftSetups::default(), None);
    if let Some(path) = workspace.as_ref().filter(|_| is_new) {
        left = engine.left_setups(path)?;
        if !has_agent {
            not_set_up = engine.set_up_alone(&mut session, path)?;
        }
    }
    let event = committed.event.expect("a new session is always a change");
    Ok(Spawned {
        session,
        event,
        visibility,
        workspace,
        tenure,
        started,
        handed_over,
        remarks,
        not_set_up,
        left,
    })
}

/// Makes the worktree, moves into one that is there, or makes only the branch.
fn check_out<'w>(
    engine: &'w Engine,
    workspaces: &'w dyn Workspace,
    plan: &SpawnPlan,
) -> Result<Added<'w>, OpsError> {
    let Some(addition) = plan.addition() else {
        return Ok(engine.worktrees().add_branch(&plan.branch)?);
    };
    if plan.tenure == Tenure::Guest {
        return lodging::lodge(engine, &plan.session, &addition.path);
    }
    Ok(workspaces.add(&addition)?)
}

/// Tells another agent than the parent's what the parent's has done. Returns false if nothing is
/// known of that.
fn hand_over(
    engine: &Engine,
    start: &mut Start,
    session: &Session,
    parent: &Session,
) -> Result<bool, OpsError> {
    let is_another = parent.agent != session.agent;
    if !is_another || start.action != Action::Launch || !start.runs_something() {
        return Ok(false);
    }
    engine.capture_before(parent);
    start.text = handover(engine, session, parent)?;
    Ok(start.text.is_some())
}

/// Deletes the record of a session whose agent could not be started, unless it was changed by
/// somebody else.
fn take_back(store: &Store, session: &Session) -> Result<(), StoreError> {
    let key = key_of(session);
    store.transaction("spawn", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.describe("not started");
        match tx.session(key.clone()) {
            Ok(now) if now.placements == session.placements && now.status == session.status => {
                tx.delete(key.clone()).map(drop)
            }
            Ok(_) | Err(StoreError::NotFound(_) | StoreError::Archived(_)) => Ok(()),
            Err(error) => Err(error),
        }
    })?;
    Ok(())
}

fn create(
    tx: &mut Transaction<'_>,
    session: &Session,
    visibility: Visibility,
    fork_event: Option<&Oid>,
) -> Result<Session, StoreError> {
    let mut session = session.clone();
    (session.created_at, session.updated_at) = (tx.now(), tx.now());
    if let Some(event) = fork_event {
        tx.add_parent(event.clone());
    }
    tx.describe(session.display_title());
    tx.create_as(session.clone(), visibility)?;
    Ok(session)
}

//! Creates a session with its record, branch, worktree and agent, all or nothing.

mod fetch;
mod record;

use std::path::PathBuf;

use self::record::{check_issue, new_session, on_branch, with_branch};
use crate::agent::{Action, AgentError};
use crate::model::{Oid, Origin, Placement, Session, SessionStatus};
use crate::ops::common::artifacts::{Purge, purge};
use crate::ops::common::branch_sessions::record_branch;
use crate::ops::common::handover::handover;
use crate::ops::common::run_request::key_of;
use crate::ops::common::spawn_request::{Checkout, Duplicates, SpawnRequest, StartAgent, StartAt};
use crate::ops::common::start::{PATIENCE, claim};
use crate::ops::common::start_guard::StartGuard;
use crate::ops::common::{
    AgentChoice, Engine, IgnoredFiles, LeftSetups, OpsError, Setup, Start, lodging, message,
    parent, placement, ports,
};
use crate::runtime::Started;
use crate::store::{Store, StoreError, Transaction, Visibility};
use crate::workspace::{self, Addition, BehindUpstream, Branch, Remarks};

/// The plan of a new session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpawnPlan {
    /// The record.
    pub session: Session,
    /// The worktree; None if the session has none.
    pub workspace: Option<PathBuf>,
    /// Whose the worktree is.
    pub tenure: Tenure,
    /// Who can see the session.
    pub visibility: Visibility,
    /// How its agent is started; None if it is not.
    pub start: Option<Start>,
    /// Why no agent could be chosen, unless none was wanted.
    pub no_agent: Option<AgentError>,
    /// How the branch that it starts from, or that it works on, is behind its upstream, as of the last
    /// fetch.
    pub behind: Option<BehindUpstream>,
    /// The session from which it is forked, with the conversation that is forked.
    pub parent: Option<Session>,
    branch: Branch,
    duplicates: Duplicates,
    ignored_files: IgnoredFiles,
    setup: Setup,
    fork_event: Option<Oid>,
}

/// Whose the worktree of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tenure {
    /// The session's own, which is removed with it.
    #[default]
    Owner,
    /// Somebody else's: it was there before. The session leaves it as it is.
    Guest,
}

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
    /// Whether the agent was told what another one has done in the session that was forked.
    pub handed_over: bool,
    /// Remarks on the worktree.
    pub remarks: Remarks,
    /// Why the worktree is not set up, if no agent was started that would have to report it. The
    /// session is errored then.
    pub not_set_up: Option<String>,
    /// Setups of the tree that were not run.
    pub left: LeftSetups,
}

impl Engine {
    /// Creates a session with its record, branch and worktree, and starts its agent.
    ///
    /// # Errors
    /// Fails like [`spawn_plan`](Self::spawn_plan) and [`spawn_planned`](Self::spawn_planned).
    pub fn spawn(&self, request: SpawnRequest) -> Result<Spawned, OpsError> {
        self.spawn_planned(self.spawn_plan(request)?)
    }

    /// Plans a new session, without creating it.
    ///
    /// # Errors
    /// Fails if there is no commit to start at, if a name is invalid, if another session works on
    /// the issue, or if the agent cannot be started.
    pub fn spawn_plan(&self, mut request: SpawnRequest) -> Result<SpawnPlan, OpsError> {
        let (agent, start, no_agent) = choose(self, &request)?;
        request.agent = agent;
        let mut plan = plan(self, request)?;
        (plan.start, plan.no_agent) = (start, no_agent);
        if let (Some(start), Some(origin)) = (&mut plan.start, &mut plan.parent) {
            let agent = plan.session.agent.as_deref().unwrap_or_default();
            start.action = parent::action(self, agent, origin)?;
        }
        if let (Some(start), Some(workspace)) = (&plan.start, &plan.workspace) {
            self.check_start(&plan.session, plan.parent.as_ref(), workspace, start)?;
        }
        Ok(plan)
    }

    /// Creates the planned session and starts its agent, if any. Until the agent is started, any
    /// failure removes the record, the worktree and the branch again. The agent begins its work
    /// once the record is written.
    ///
    /// # Errors
    /// Fails if any step fails. Nothing is then left behind, except with [`OpsError::Kept`].
    pub fn spawn_planned(&self, plan: SpawnPlan) -> Result<Spawned, OpsError> {
        let (id, project) = (plan.session.id, plan.session.project_id.clone());
        let workspace = plan.workspace.clone();
        if let Some(parent) = &plan.parent {
            let recorded = self.store().snapshot()?.session(key_of(parent));
            if recorded.is_ok_and(|recorded| recorded.branch != parent.branch) {
                record_branch(self.store(), &key_of(parent))?;
            }
        }
        make(self, plan).map_err(|error| match workspace {
            Some(path) if workspace::is_of(&path, id, &project) => {
                OpsError::Kept { source: Box::new(error), path }
            }
            _ => error,
        })
    }
}

type Choice = (Option<String>, Option<Start>, Option<AgentError>);

/// Chooses the agent and how it is started, or returns why there is none.
fn choose(engine: &Engine, request: &SpawnRequest) -> Result<Choice, OpsError> {
    let had = request.parent.as_ref().and_then(|(parent, _)| parent.agent.as_deref());
    let asked = request.agent.as_deref().or(had);
    if request.start == StartAgent::Never {
        return Ok((asked.map(str::to_owned), None, None));
    }
    let agent = match engine.choose_agent(asked)? {
        AgentChoice::Agent(agent) => agent,
        AgentChoice::NoAgent(none) => return Ok((None, None, Some(none))),
    };
    let runtime = engine.choose_runtime(request.runtime.as_deref())?;
    let start = Start { runtime, action: Action::Launch, text: None };
    let start = Some(start).filter(|_| request.place == Checkout::Worktree);
    Ok((Some(agent), start, None))
}

fn plan(engine: &Engine, request: SpawnRequest) -> Result<SpawnPlan, OpsError> {
    let store = engine.store();
    let repo = store.repository();
    let snapshot = store.snapshot()?;
    let project = match request.project.clone() {
        Some(project) => project,
        None => match &request.parent {
            Some((parent, _)) => parent.project_id.clone(),
            None => snapshot.default_project()?,
        },
    };
    let worktrees = engine.worktrees();
    let on = request.on.as_deref().map(|named| worktrees.on_branch(named)).transpose()?;
    let base = match (&on, &request.base, &request.parent) {
        (Some(on), ..) => worktrees.base_of(on.branch.name(), &on.tip)?,
        (None, None, Some((origin, _))) => parent::starting_point(&worktrees, origin)?,
        (None, named, _) => worktrees.base(named.as_deref())?,
    };
    let (base, behind) = match (&on, &request.parent) {
        (Some(on), _) => (base, worktrees.behind_upstream(on.branch.name(), &on.tip)?),
        (None, Some(_)) => (base, None),
        (None, None) => match request.start_at {
            StartAt::Upstream => worktrees.up_to_date(base)?,
            StartAt::Base => {
                let behind = worktrees.up_to_date(base.clone())?.1;
                (base, behind)
            }
        },
    };
    let mut session = new_session(&request, project, store, base);
    match &on {
        Some(on) => on_branch(&mut session, on),
        None => session = with_branch(session, &request, &repo.settings().branch_prefix()),
    }
    if on.is_some() && request.duplicates == Duplicates::Refuse {
        lodging::check_branch(store, &session)?;
    }
    if request.duplicates == Duplicates::Refuse && request.parent.is_none() {
        check_issue(&snapshot, &session)?;
    }
    let found = on.as_ref().and_then(|on| on.worktree.clone());
    let (workspace, tenure) = match (request.place, found) {
        (Checkout::Worktree, Some(path)) => (Some(path), Tenure::Guest),
        (Checkout::Worktree, None) => {
            (Some(worktrees.default_path(&session.project_id, session.id)?), Tenure::Owner)
        }
        (Checkout::Branch, _) => (None, Tenure::Owner),
    };
    let starter = request.spawned_by.map(|id| snapshot.find(id)).transpose()?.flatten();
    let visibility = match starter.map(|entry| entry.location.visibility) {
        Some(Visibility::Private) => Visibility::Private,
        _ => request.visibility,
    };
    let (parent, fork_event) = request.parent.unzip();
    let plan = SpawnPlan {
        branch: on.map_or_else(|| new_branch(&session), |on| on.branch),
        session,
        workspace,
        tenure,
        duplicates: request.duplicates,
        ignored_files: request.ignored_files,
        setup: request.setup,
        visibility,
        behind,
        start: None,
        no_agent: None,
        parent,
        fork_event,
    };
    match plan.addition() {
        Some(addition) => {
            workspace::to_record(&addition.path, repo.environment())?;
            match tenure {
                Tenure::Owner => worktrees.check(&addition)?,
                Tenure::Guest => lodging::check(engine, &plan.session, &addition.path)?,
            }
        }
        None => worktrees.check_branch_alone(&plan.branch)?,
    }
    Ok(plan)
}

impl SpawnPlan {
    fn addition(&self) -> Option<Addition> {
        let (branch, session) = (self.branch.clone(), self.session.id);
        self.workspace.clone().map(|path| Addition { path, branch, session })
    }
}

fn new_branch(session: &Session) -> Branch {
    let name = session.branch.clone().unwrap_or_default();
    let at = session.head.clone().expect("a new session's head is the commit it starts at");
    Branch::New { name, at }
}

fn make(engine: &Engine, mut plan: SpawnPlan) -> Result<Spawned, OpsError> {
    let (store, interrupt) = (engine.store(), engine.interrupt());
    interrupt.check()?;
    let repo = store.repository();
    let (workspaces, worktrees) = (engine.workspace(), engine.worktrees());
    let mut made = match plan.addition() {
        Some(addition) if plan.tenure == Tenure::Guest => {
            lodging::lodge(engine, &plan.session, &addition.path)?
        }
        Some(addition) if plan.session.existing_branch.is_some() => {
            // Git itself lets several check a branch out that do so at the same moment.
            let alone = lodging::alone(engine)?;
            let mut made = workspaces.add(&addition)?;
            made.on_rollback(move || {
                drop(alone);
                Ok(())
            });
            made
        }
        Some(addition) => workspaces.add(&addition)?,
        None => worktrees.add_branch(&plan.branch)?,
    };
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

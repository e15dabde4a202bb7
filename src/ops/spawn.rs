//! Creates a session with its record, branch, worktree and agent, all or nothing.

use std::path::PathBuf;

use crate::model::{
    Base, Fork, Map, Oid, Placement, Project, Session, SessionId, SessionStatus, Value, redact,
    slug,
};
use crate::ops::common::artifacts::{Purge, purge};
use crate::ops::common::spawn_request::{Checkout, Duplicates, SpawnRequest};
use crate::ops::common::start::{PATIENCE, claim};
use crate::ops::common::start_guard::StartGuard;
use crate::ops::common::{Interrupt, Launcher, OpsError, SpawnError, Start};
use crate::runtime::Started;
use crate::store::{Shelf, Snapshot, Store, StoreError, Transaction, Visibility};
use crate::workspace::{self, Addition, Branch, Remarks, Workspace as _, Worktrees};

/// The plan of a new session.
#[derive(Debug, Clone)]
pub struct SpawnPlan {
    /// The record.
    pub session: Session,
    /// The worktree; None if none is created.
    pub workspace: Option<PathBuf>,
    /// Who can see the session.
    pub visibility: Visibility,
    branch: Branch,
    duplicates: Duplicates,
    fork_event: Option<Oid>,
}

/// The result of [`spawn`].
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
    /// The result of starting the agent.
    pub started: Started,
    /// Remarks on the worktree.
    pub remarks: Remarks,
}

/// Plans a new session, without creating it.
///
/// # Errors
/// Fails if there is no commit to start at, if a name is invalid, or if another session works on
/// the issue.
pub fn plan(store: &Store, request: SpawnRequest) -> Result<SpawnPlan, OpsError> {
    let repo = store.repository();
    let snapshot = store.snapshot()?;
    let project = match request.project.clone() {
        Some(project) => project,
        None => match &request.parent {
            Some((parent, _)) => parent.project_id.clone(),
            None => snapshot.default_project()?,
        },
    };
    let worktrees = Worktrees::new(repo);
    let base = match (&request.base, &request.parent) {
        (None, Some((parent, _))) => crate::ops::fork::starting_point(&worktrees, parent)?,
        (named, _) => worktrees.base(named.as_deref())?,
    };
    let session = new_session(&request, project, store, base);
    let session = with_branch(session, &request, &repo.settings().branch_prefix());
    if request.duplicates == Duplicates::Refuse && request.parent.is_none() {
        check_issue(&snapshot, &session)?;
    }
    let workspace = match request.place {
        Checkout::Worktree => Some(worktrees.default_path(&session.project_id, session.id)?),
        Checkout::Branch => None,
    };
    let starter = request.spawned_by.map(|id| snapshot.find(id)).transpose()?.flatten();
    let visibility = match starter.map(|entry| entry.location.visibility) {
        Some(Visibility::Private) => Visibility::Private,
        _ => request.visibility,
    };
    let plan = SpawnPlan {
        branch: new_branch(&session),
        session,
        workspace,
        duplicates: request.duplicates,
        visibility,
        fork_event: request.parent.map(|(_, event)| event),
    };
    match plan.addition() {
        Some(addition) => {
            workspace::to_record(&addition.path, repo.environment())?;
            worktrees.check(&addition)?;
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

/// Creates the planned session and starts its agent, if any. The record is written last and brings
/// the session into existence; before that, any failure removes the agent, the worktree and the
/// branch again. The agent begins its work once the record is written.
///
/// # Errors
/// Fails if any step fails. Nothing is then left behind, except with [`OpsError::Kept`].
pub fn spawn(
    store: &Store,
    plan: SpawnPlan,
    agent: Option<(&Launcher, &Start)>,
    interrupt: &Interrupt<'_>,
) -> Result<Spawned, OpsError> {
    let (id, project) = (plan.session.id, plan.session.project_id.clone());
    let workspace = plan.workspace.clone();
    make(store, plan, agent, interrupt).map_err(|error| match workspace {
        Some(path) if workspace::is_of(&path, id, &project) => {
            OpsError::Kept { source: Box::new(error), path }
        }
        _ => error,
    })
}

fn make(
    store: &Store,
    plan: SpawnPlan,
    agent: Option<(&Launcher, &Start)>,
    interrupt: &Interrupt<'_>,
) -> Result<Spawned, OpsError> {
    if let (Some((launcher, start)), Some(workspace)) = (agent, &plan.workspace) {
        launcher.check(store, &plan.session, workspace, start)?;
    }
    interrupt.check()?;
    let repo = store.repository();
    let worktrees = Worktrees::new(repo).with_progress(interrupt.progress());
    let mut made = match plan.addition() {
        Some(addition) => worktrees.add(&addition)?,
        None => worktrees.add_branch(&plan.branch)?,
    };
    interrupt.check()?;
    let SpawnPlan { mut session, mut workspace, duplicates, visibility, fork_event, .. } = plan;
    // The agent that was started waits for the claim, so the claim is released last.
    let mut claimed = None;
    let mut guard = None;
    if let Some(path) = &mut workspace {
        made.path().clone_into(path);
        workspace::name_project(path, &session.project_id)?;
        // Choose the clone's name before the agent is started: its supervisor reads the name.
        let replica = store.replica()?;
        let at = store.clock().now();
        if let Some((launcher, start)) = agent {
            let id = session.id;
            made.on_rollback(move || {
                // An empty log that cannot be removed is harmless.
                let _ = purge(store, id, None, Purge::Output);
                Ok(())
            });
            claimed = Some(claim(repo, id, PATIENCE)?);
            guard = Some(StartGuard::new(launcher, repo, &session, path, start, at)?);
        }
        let runtime = agent.map_or("none", |(_, start)| start.runtime.name());
        let handle = guard.as_ref().and_then(StartGuard::handle);
        if handle.is_some() {
            session.status = SessionStatus::Spawning;
        }
        let placement = Placement {
            workspace: Some(workspace::to_record(path, repo.environment())?),
            runtime: Some(runtime.to_owned()),
            handle,
            socket: guard.as_ref().and_then(StartGuard::socket),
            at: Some(at),
            ..Placement::default()
        };
        session.placements.insert(replica, placement);
    }
    let verb = if fork_event.is_some() { "fork" } else { "spawn" };
    let committed = store.transaction(verb, |tx| {
        interrupt.check()?;
        if duplicates == Duplicates::Refuse && fork_event.is_none() {
            check_issue(tx.snapshot(), &session)?;
        }
        create(tx, &session, visibility, fork_event.as_ref()).map_err(OpsError::from)
    })?;
    let started = guard.map_or(Started::Nothing, StartGuard::disarm);
    let remarks = made.remarks().clone();
    made.keep();
    drop(claimed);
    let event = committed.event.expect("a new session is always a change");
    Ok(Spawned { session: committed.value, event, visibility, workspace, started, remarks })
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

fn new_session(request: &SpawnRequest, project: Project, store: &Store, base: Base) -> Session {
    let mut session = Session::new(SessionId::random(), project, store.clock().now());
    if let Some((parent, event)) = &request.parent {
        crate::ops::fork::inherit(&mut session, parent, event);
    }
    session.status = SessionStatus::Idle;
    session.task = request.task.clone().or(session.task);
    session.title = match (&request.title, &request.task) {
        (Some(title), _) if !title.trim().is_empty() => one_line(title),
        (_, Some(task)) => one_line(without_heading(task)),
        (_, None) => session.title,
    };
    session.kind = request.kind.clone().unwrap_or(session.kind);
    session.agent = request.agent.clone().or(session.agent);
    if let Some(model) = &request.model {
        session.agent_config.insert("model", Value::from(model.as_str()));
    }
    session.head = base.commit.clone();
    session.base = Some(base);
    session.spawned_by = request.spawned_by;
    if let Some(issue) = &request.issue {
        (session.issue_id, session.issue_url) = (Some(issue.id.clone()), issue.url.clone());
    }
    if let Some(pr) = &request.pr {
        (session.pr_number, session.pr_url) = (pr.number(), pr.url.clone());
    }
    for tag in &request.tags {
        session.add_tag(tag);
    }
    session
}

/// Sets the branch: the requested one, or one such as `ao/7b6d11f9-fix-the-flaky-test`.
fn with_branch(mut session: Session, request: &SpawnRequest, prefix: &str) -> Session {
    let words = slug(&session.title);
    let dash = if words.is_empty() { "" } else { "-" };
    let name = || format!("{prefix}{}{dash}{words}", session.id.short());
    let blank = |name: &&String| !name.trim().is_empty();
    session.branch = Some(request.branch.as_ref().filter(blank).cloned().unwrap_or_else(name));
    session
}

/// Strips the marker of a Markdown heading, with which a task from a file may begin: `# Retry
/// policy`.
fn without_heading(task: &str) -> &str {
    let task = task.trim_start();
    let words = task.trim_start_matches('#');
    if words.len() < task.len() && words.starts_with([' ', '\t']) { words } else { task }
}

/// Returns the first non-empty line, cut at a word after 72 characters. It becomes part of branch
/// names and events, which are shared with the code, so anything that looks like a token is
/// redacted.
fn one_line(text: &str) -> String {
    let text = redact(text);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= 72 {
        return line;
    }
    let cut: String = line.chars().take(71).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{cut}…")
}

/// Refuses an issue on which another session of the project already works.
fn check_issue(snapshot: &Snapshot<'_>, session: &Session) -> Result<(), OpsError> {
    let Some(issue) = &session.issue_id else { return Ok(()) };
    let sessions = snapshot.list(Shelf::Active)?.into_iter().filter_map(|item| item.session.ok());
    let mut taken = sessions.filter(|other| {
        other.project_id == session.project_id
            && other.issue_id.as_ref() == Some(issue)
            && !other.status.is_terminal()
    });
    match taken.next() {
        None => Ok(()),
        Some(other) => Err(SpawnError::IssueTaken {
            issue: issue.clone(),
            id: other.id,
            title: other.display_title(),
        }
        .into()),
    }
}

impl Fork {
    /// Makes the record of a fork from this session at this event.
    pub(super) fn from_session(parent: &Session, event: &Oid) -> Self {
        Self {
            session: parent.id,
            event: Some(event.clone()),
            branch: parent.branch.clone(),
            extra: Map::new(),
        }
    }
}

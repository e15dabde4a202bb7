//! Plans a new session.

use std::path::PathBuf;

use super::record::{check_issue, new_session, on_branch, with_branch};
use crate::agent::{Action, AgentError};
use crate::model::{Oid, Session};
use crate::ops::common::spawn_request::{Checkout, Duplicates, SpawnRequest, StartAgent, StartAt};
use crate::ops::common::{
    AgentChoice, Engine, IgnoredFiles, OpsError, Setup, Start, lodging, parent,
};
use crate::store::Visibility;
use crate::workspace::{self, Addition, BehindUpstream, Branch};

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
    pub(super) branch: Branch,
    pub(super) duplicates: Duplicates,
    pub(super) ignored_files: IgnoredFiles,
    pub(super) setup: Setup,
    pub(super) fork_event: Option<Oid>,
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

impl SpawnPlan {
    pub(super) fn addition(&self) -> Option<Addition> {
        let (branch, session) = (self.branch.clone(), self.session.id);
        self.workspace.clone().map(|path| Addition { path, branch, session })
    }
}

pub(super) type Choice = (Option<String>, Option<Start>, Option<AgentError>);

/// Chooses the agent and how it is started, or returns why there is none.
pub(super) fn choose(engine: &Engine, request: &SpawnRequest) -> Result<Choice, OpsError> {
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

pub(super) fn plan(engine: &Engine, request: SpawnRequest) -> Result<SpawnPlan, OpsError> {
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

fn new_branch(session: &Session) -> Branch {
    let name = session.branch.clone().unwrap_or_default();
    let at = session.head.clone().expect("a new session's head is the commit it starts at");
    Branch::New { name, at }
}

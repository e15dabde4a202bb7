use std::path::PathBuf;
use std::thread;

use super::AgentState;
use super::agents::Probes;
use super::base::{BaseStatus, to_base};
use crate::git::Environment;
use crate::model::{ActivityReport, Session};
use crate::ops::common::activity::activities;
use crate::ops::common::branch_sessions::is_its_own;
use crate::ops::common::owned_worktrees::Own;
use crate::ops::common::{Engine, OpsError, lodging};
use crate::store::Store;
use crate::workspace::{
    self, Condition, Detail, ExpectedWorktree, Workspace, WorkspaceState, Worktrees, is_of,
    is_worktree, owner_at, session_at,
};

/// The present state of one session.
#[derive(Debug)]
#[non_exhaustive]
pub struct Live {
    /// Whether its agent is alive.
    pub agent: AgentState,
    /// What its agent is doing; None if it never ran in this clone.
    pub activity: Option<ActivityReport>,
    /// The path of its worktree in this clone: as git knows it, otherwise as recorded.
    pub path: Option<PathBuf>,
    /// The state of the workspace; None if there is none in this clone or it was not inspected.
    pub workspace: Option<WorkspaceState>,
    /// True if its worktree is still to be set up.
    pub awaits_setup: bool,
    /// The relation of its branch to the base; None if either does not exist here.
    pub base: Option<BaseStatus>,
    /// The other clones in which it has a placement.
    pub elsewhere: Vec<String>,
    /// The last thing that the agent said, as far as its transcript was captured here.
    pub last_words: Option<String>,
}

/// Which sessions are inspected closely. Of the others, only the agent is probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Sessions that have not ended.
    Open,
    /// All sessions.
    All,
}

impl Engine {
    /// Determines the present state of these sessions, in their order. Writes nothing.
    ///
    /// # Errors
    /// Fails if git cannot list the worktrees. A problem with one session does not hide the others.
    pub fn survey(
        &self,
        sessions: &[&Session],
        scope: Scope,
        detail: Detail,
    ) -> Result<Vec<Live>, OpsError> {
        let store = self.store();
        let replica = store.known_replica();
        let worktrees = self.worktrees();
        let probes = Probes::new(self, replica.as_deref(), sessions);
        let is_wanted = |session: &Session| scope == Scope::All || !session.status.is_terminal();
        let close: Vec<_> = sessions.iter().map(|s| is_wanted(s).then_some(*s)).collect();
        let environment = store.repository().environment();
        let mut here: Vec<_> =
            close.iter().map(|s| place_here(*s, replica.as_deref(), environment)).collect();
        // What others do in their worktree is none of a session's that was a guest there.
        for (session, here) in close.iter().zip(&mut here) {
            here.take_if(|_| session.is_some_and(|session| lodging::has_left(store, session)));
        }
        find_moved(store, &worktrees, &close, &mut here)?;
        let (agents, states, bases) = thread::scope(|scope| {
            let agents = scope.spawn(move || {
                let states = probes.run();
                let activities = activities(self, sessions, &states);
                (states, activities)
            });
            let states = look(&*self.workspace(), &here, detail);
            let bases = to_base(store, &close);
            (agents.join().expect("probing does not panic"), states, bases)
        });
        let (mut states, mut bases) = (states?, bases?);
        for (((session, here), state), base) in
            close.iter().zip(&here).zip(&mut states).zip(&mut bases)
        {
            let (Some(session), Some(here), Some(state)) = (session, here, state) else { continue };
            let owner = || here.path.as_ref().ok().and_then(|path| session_at(path));
            if is_worktree(&state.condition)
                && let Some(other) = owner().filter(|owner| *owner != session.id)
            {
                state.condition = Condition::Another(other);
                continue;
            }
            // In the worktree of somebody else, branches are not the session's.
            let marked = || here.path.as_ref().ok().and_then(|path| owner_at(path));
            let is_marked = || marked() == Some(session.id);
            // A branch that the session's agent created counts as the session's, even if it is not
            // recorded yet.
            if let Condition::WrongBranch(on) = &state.condition
                && is_marked()
                && is_its_own(store, session, on)?
            {
                let now = Session { branch: Some(on.clone()), ..(*session).clone() };
                *base = to_base(store, &[Some(&now)])?.pop().flatten();
                state.condition = Condition::Ready;
            }
        }
        let words = self.last_words_of(sessions);
        let (agents, activities) = agents;
        let agents = agents.into_iter().zip(activities);
        let all = sessions.iter().zip(agents).zip(here).zip(states).zip(bases).zip(words);
        let live =
            all.map(|(((((session, (agent, activity)), here), state), base), last_words)| {
                let others = session.other_placements(replica.as_deref());
                let path = here.and_then(|here| here.path.ok());
                let ready = state.as_ref().filter(|it| it.condition == Condition::Ready);
                let awaits_setup = ready.and(path.as_deref()).is_some_and(workspace::awaits_setup);
                Live {
                    agent,
                    activity,
                    path,
                    workspace: state,
                    awaits_setup,
                    base,
                    elsewhere: others.map(|(name, _)| name.to_owned()).collect(),
                    last_words,
                }
            });
        Ok(live.collect())
    }
}

struct Here<'a> {
    /// The directory, or the reason why the recorded path is invalid.
    path: Result<PathBuf, String>,
    branch: Option<&'a str>,
}

fn place_here<'a>(
    session: Option<&'a Session>,
    replica: Option<&str>,
    environment: &Environment,
) -> Option<Here<'a>> {
    let session = session?;
    let text = session.placement_in(replica)?.workspace.as_deref()?;
    let path = workspace::from_record(text, environment).map_err(|error| error.to_string());
    Some(Here { path, branch: session.branch.as_deref() })
}

/// Finds the new paths of moved worktrees: git knows where they are, and each names its session.
/// The worktrees are read only if one is not at its recorded path.
fn find_moved(
    store: &Store,
    worktrees: &Worktrees<'_>,
    sessions: &[Option<&Session>],
    here: &mut [Option<Here<'_>>],
) -> Result<(), OpsError> {
    let mut own = None;
    for (session, here) in sessions.iter().zip(here) {
        let (Some(session), Some(here)) = (session, here) else { continue };
        let is_its_own = |path: &PathBuf| is_of(path, session.id, &session.project_id);
        if here.path.as_ref().map_or(true, is_its_own) {
            continue;
        }
        let own = match &mut own {
            Some(own) => own,
            none => none.insert(Own::of(worktrees, &store.snapshot()?)?),
        };
        if let Some(path) = own.path(session) {
            here.path = Ok(path.clone());
        }
    }
    Ok(())
}

fn look(
    workspace: &dyn Workspace,
    here: &[Option<Here<'_>>],
    detail: Detail,
) -> Result<Vec<Option<WorkspaceState>>, OpsError> {
    let mut places = Vec::new();
    for here in here.iter().flatten() {
        if let Ok(path) = &here.path {
            places.push(ExpectedWorktree { path, branch: here.branch });
        }
    }
    let states = if places.is_empty() { Vec::new() } else { workspace.states(&places, detail)? };
    let mut states = states.into_iter();
    let mut state = |here: &Here<'_>| match &here.path {
        Ok(_) => states.next(),
        Err(why) => Some(unreadable(why)),
    };
    Ok(here.iter().map(|here| here.as_ref().and_then(&mut state)).collect())
}

fn unreadable(why: &str) -> WorkspaceState {
    let condition = Condition::Unreadable(why.to_owned());
    WorkspaceState { condition, branch: None, locked: None, changes: None, upstream: None }
}

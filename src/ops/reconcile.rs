//! Makes records agree with the facts in this clone, in a single event.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::git::Environment;
use crate::model::{
    AgentEnd, Kind, Oid, Placement, Session, SessionId, SessionStatus, Timestamp, ago,
};
use crate::ops::common::capture::{Facts, facts};
use crate::ops::common::live::{AgentState, Probes};
use crate::ops::common::owned_worktrees::Own;
use crate::ops::common::{Engine, OpsError, lodging};
use crate::runtime::RuntimeError;
use crate::store::{Key, Store, StoreError};
use crate::workspace::{
    self, CommitsMadeIn, Condition, Detail, ExpectedWorktree, WorkspaceState, Worktrees,
    is_worktree, note_own_work, session_at,
};

/// How long a session may be without an agent while it is being started. This exceeds every wait in
/// the start.
const GRACE: Duration = Duration::from_secs(180);

/// One correction of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The agent is gone without a recorded end.
    AgentGone {
        /// The recorded status.
        from: SessionStatus,
    },
    /// The worktree is on this branch.
    Branch(String),
    /// The branch is at this commit.
    Head(Oid),
    /// The worktree is at this path.
    Moved(PathBuf),
    /// The recorded worktree belongs to another session.
    Taken {
        /// The worktree, as the record has it.
        path: String,
        /// That session.
        by: SessionId,
    },
    /// The worktree no longer exists.
    Vanished(String),
}

/// Sessions, and why the state of their agents cannot be determined.
pub type Unknown = Vec<(SessionId, RuntimeError)>;

/// The corrections that were made, or would be made.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Reconciled {
    /// The corrected sessions.
    pub changed: Vec<(Session, Vec<Step>)>,
    /// Sessions whose agents' state cannot be determined. They are not corrected for that.
    pub unknown: Unknown,
    /// The event; None if nothing was corrected.
    pub event: Option<Oid>,
}

/// The observed state of one session, and the placement for which it is valid.
struct Seen {
    key: Key,
    session: Session,
    /// None if it lives in no clone; then only its branch is examined.
    placement: Option<Placement>,
    is_gone: bool,
    /// The tip of the recorded branch.
    tip: Option<Oid>,
    /// The path of the worktree that names this session.
    own: Option<PathBuf>,
    workspace: Option<WorkspaceState>,
    /// The session that the recorded worktree names instead.
    owner: Option<SessionId>,
    /// What is new in its transcripts.
    captured: Option<Facts>,
}

impl Engine {
    /// Determines what [`reconcile`](crate::ops::Engine::reconcile) would change, without changing it.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read.
    pub fn reconcile_plan(&self) -> Result<Reconciled, OpsError> {
        let store = self.store();
        let (seen, unknown) = look(self)?;
        let mut changed = Vec::new();
        let now = store.clock().now();
        for seen in &seen {
            let mut session = seen.session.clone();
            let steps = seen.apply(store, &mut session, now)?;
            if !steps.is_empty() {
                changed.push((session, steps));
            }
        }
        Ok(Reconciled { changed, unknown, event: None })
    }
}

impl Engine {
    /// Makes the records of this clone's sessions agree with their agents, worktrees and branches, and
    /// the records of sessions that live in no clone with their branches.
    ///
    /// Each correction is applied to the record at the time of writing, and only if the session still
    /// lives where it was inspected, so that concurrent changes are kept.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read or written. Nothing is then changed.
    pub fn reconcile(&self) -> Result<Reconciled, OpsError> {
        let store = self.store();
        let (mut seen, unknown) = look(self)?;
        capture(self, &mut seen);
        let committed = store.transaction("reconcile", |tx| {
            let mut changed = Vec::new();
            for seen in &seen {
                let now = tx.now();
                let applied = tx.update(seen.key.clone(), |session| {
                    let steps = seen.apply(store, session, now)?;
                    if let Some(facts) = seen.captured.as_ref().filter(|_| !steps.is_empty()) {
                        facts.put(session, now);
                    }
                    Ok::<_, OpsError>((session.clone(), steps))
                });
                match applied {
                    Ok((_, steps)) if steps.is_empty() => {}
                    Ok(done) => changed.push(done),
                    // It was archived or deleted in the meantime.
                    Err(OpsError::Store(StoreError::NotFound(_) | StoreError::Archived(_))) => {}
                    Err(error) => return Err(error),
                }
            }
            if let [(_, steps)] = changed.as_slice() {
                let words: Vec<_> = steps.iter().map(ToString::to_string).collect();
                tx.describe(words.join(", "));
            }
            Ok(changed)
        })?;
        Ok(Reconciled { changed: committed.value, unknown, event: committed.event })
    }
}

/// Captures what agents without a supervisor have left behind.
fn capture(engine: &Engine, seen: &mut [Seen]) {
    let gone = seen.iter().filter(|it| it.placement.is_some() && it.is_gone);
    let gone: Vec<_> = gone.map(|it| &it.session).collect();
    let new: BTreeSet<_> = engine.capture_grown(&gone).into_iter().map(|it| it.id).collect();
    for it in seen.iter_mut().filter(|it| new.contains(&it.session.id)) {
        it.captured = facts(engine.store(), it.session.id).ok().flatten();
    }
}

fn look(engine: &Engine) -> Result<(Vec<Seen>, Unknown), OpsError> {
    let store = engine.store();
    let (mut all, mut unknown) = (Vec::new(), Vec::new());
    let replica = store.known_replica();
    let repo = store.repository();
    let (worktrees, workspaces) = (engine.worktrees(), engine.workspace());
    let heads = repo.refs_below("refs/heads/").into_iter();
    let heads = heads.filter_map(|name| Some(name.strip_prefix("refs/heads/")?.to_owned()));
    let listed = store.snapshot()?.placed(replica.as_deref(), &heads.collect());
    let listed = listed
        .into_iter()
        .filter_map(|listed| Some((Key::from(&listed.location), listed.session.ok()?)));
    let (here, others): (Vec<_>, Vec<_>) =
        listed.partition(|(_, session)| session.lives_in(replica.as_deref()));
    let nowhere = others.into_iter().filter(|(_, session)| session.placements.is_empty());
    all.extend(behind_their_branch(store, nowhere.collect())?);
    let Some(replica) = replica else { return Ok((all, unknown)) };
    let sessions: Vec<_> = here.iter().map(|(_, session)| session).collect();
    let agents = Probes::new(engine, Some(&replica), &sessions).run();
    let own = Own::of(&worktrees, &store.snapshot()?)?;
    let paths = here.iter().map(|(_, session)| {
        let own = own.path(session).filter(|path| path.exists()).cloned();
        let recorded = session.placements[&replica].workspace.as_deref();
        let recorded = recorded.and_then(|p| workspace::from_record(p, repo.environment()).ok());
        (own.clone(), own.or(recorded))
    });
    let paths: Vec<_> = paths.collect();
    let places = paths.iter().filter_map(|(_, path)| path.as_deref());
    let places: Vec<_> = places.map(ExpectedWorktree::new).collect();
    let mut states = workspaces.states(&places, Detail::Place)?.into_iter();
    let name = |session: &&Session| Some(format!("refs/heads/{}", session.branch.as_ref()?));
    let names: Vec<_> = sessions.iter().filter_map(name).collect();
    let tips = repo.read_ref_list(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut tips = tips.into_iter();
    for (((key, session), agent), (own, path)) in here.iter().zip(agents).zip(paths) {
        let is_gone = matches!(agent, AgentState::Gone | AgentState::NotStarted);
        if let AgentState::Unknown(error) = agent {
            unknown.push((session.id, error));
        }
        let placement = session.placements[&replica].clone();
        let workspace = path.as_ref().and_then(|_| states.next());
        let tip = session.branch.as_ref().and_then(|_| tips.next()).flatten();
        let is_there = workspace.as_ref().is_some_and(|state| is_worktree(&state.condition));
        let owner = path.as_deref().filter(|_| is_there && own.is_none()).and_then(session_at);
        let owner = owner.filter(|owner| *owner != session.id);
        let (key, session) = (key.clone(), session.clone());
        let placement = Some(placement);
        let captured = None;
        all.push(Seen { key, session, placement, is_gone, tip, own, workspace, owner, captured });
    }
    Ok((all, unknown))
}

/// Returns those sessions without a placement whose branch has commits that the record does not.
///
/// The record may come from another clone, so a branch that is merely behind the record, or a
/// recorded commit that is missing here, does not count.
fn behind_their_branch(
    store: &Store,
    mut nowhere: Vec<(Key, Session)>,
) -> Result<Vec<Seen>, OpsError> {
    if nowhere.is_empty() {
        return Ok(Vec::new());
    }
    let name =
        |(_, session): &(Key, Session)| Some(format!("refs/heads/{}", session.branch.as_ref()?));
    nowhere.retain(|it| it.1.branch.is_some() && it.1.existing_branch.is_none());
    let names: Vec<_> = nowhere.iter().filter_map(name).collect();
    let repo = store.repository();
    let tips = repo.read_ref_list(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let there = nowhere.into_iter().zip(tips).filter_map(|(seen, tip)| Some((seen, tip?)));
    let there: Vec<_> = there.collect();
    let heads = there.iter().filter_map(|((_, session), tip)| {
        Some((tip.clone(), session.head.clone().filter(|head| head != tip)?))
    });
    let pairs: Vec<_> = heads.collect();
    let divergences = Worktrees::new(repo).divergences(&pairs)?;
    let more: BTreeMap<_, _> = pairs.into_iter().zip(divergences).collect();
    let mut behind = Vec::new();
    for ((key, session), tip) in there {
        if let Some(head) = session.head.clone() {
            let divergence = more.get(&(tip.clone(), head)).copied().flatten();
            if divergence.is_none_or(|it| it.ahead == 0) {
                continue;
            }
        }
        let (placement, own, workspace, owner) = (None, None, None, None);
        let tip = Some(tip);
        let (is_gone, captured) = (false, None);
        behind.push(Seen {
            key,
            session,
            placement,
            is_gone,
            tip,
            own,
            workspace,
            owner,
            captured,
        });
    }
    Ok(behind)
}

impl Seen {
    fn apply(
        &self,
        store: &Store,
        session: &mut Session,
        now: Timestamp,
    ) -> Result<Vec<Step>, OpsError> {
        let mut steps = Vec::new();
        let replica = store.known_replica();
        let here = session.placement_in(replica.as_deref());
        let is_nowhere = self.placement.is_none();
        if here != self.placement.as_ref() || (is_nowhere && !session.placements.is_empty()) {
            return Ok(steps);
        }
        if let Some(replica) = replica {
            self.worktree(session, &replica, store.repository().environment(), &mut steps)?;
        }
        self.branch(store, session, &mut steps)?;
        if self.is_dead(session, now) {
            steps.push(Step::AgentGone { from: session.status.clone() });
            // Nobody was there to see how a conversation that git-ao did not start has ended.
            session.status = match is_adopted(session) {
                true => SessionStatus::Done,
                false => SessionStatus::Errored,
            };
            session.status_reason = Some(AgentEnd::Gone.to_string());
        }
        Ok(steps)
    }

    /// Returns true if the record wrongly says that an agent is working. A session for which no
    /// agent was to be started is left alone: a person may be working in it.
    fn is_dead(&self, session: &Session, now: Timestamp) -> bool {
        let Some(placement) = &self.placement else { return false };
        let is_started = placement.runtime.as_deref().is_some_and(|name| name != "none");
        let since = placement.at.unwrap_or(session.created_at).max(session.created_at);
        let is_young = session.status == SessionStatus::Spawning && since > ago(now, GRACE);
        let at_work = matches!(session.status, SessionStatus::Spawning | SessionStatus::Working);
        at_work && is_started && self.is_gone && !is_young
    }

    fn worktree(
        &self,
        session: &mut Session,
        replica: &str,
        environment: &Environment,
        steps: &mut Vec<Step>,
    ) -> Result<(), OpsError> {
        let Some(here) = session.placements.get_mut(replica) else { return Ok(()) };
        if let Some(path) = &self.own {
            let text = workspace::to_record(path, environment)?;
            let is_there = |recorded: &str| {
                workspace::from_record(recorded, environment).is_ok_and(|recorded| is_same(&recorded, path))
                    // Another user may have recorded the path.
                    || workspace::could_name(recorded, path)
            };
            if !here.workspace.as_deref().is_some_and(is_there) {
                here.workspace = Some(text);
                steps.push(Step::Moved(path.clone()));
            }
            return Ok(());
        }
        if let Some(by) = self.owner {
            // If the agent is still running there, keep the path.
            if self.is_gone
                && let Some(path) = here.workspace.take()
            {
                steps.push(Step::Taken { path, by });
            }
            return Ok(());
        }
        let is_gone = self.workspace.as_ref().is_some_and(|state| {
            matches!(state.condition, Condition::Missing | Condition::Prunable)
                && state.locked.is_none()
        });
        if is_gone && let Some(path) = here.workspace.take() {
            steps.push(Step::Vanished(path));
        }
        Ok(())
    }

    /// Updates branch and head. The branch comes only from the session's own worktree, and not
    /// during a git operation such as a rebase.
    fn branch(
        &self,
        store: &Store,
        session: &mut Session,
        steps: &mut Vec<Step>,
    ) -> Result<(), OpsError> {
        if let (Some(_), Some(state)) = (&self.own, &self.workspace)
            && state.condition == Condition::Ready
            && let Some(branch) =
                state.branch.as_ref().filter(|b| Some(*b) != session.branch.as_ref())
        {
            session.branch = Some(branch.clone());
            steps.push(Step::Branch(branch.clone()));
        }
        // Others go on with a branch that existed before, when the session has left it.
        let is_others = self.own.is_none() && session.existing_branch.is_some();
        let lodging = lodging::present(store, session).filter(|_| is_others);
        if is_others && lodging.is_none() {
            return Ok(());
        }
        // Only a tip that is to be recorded is read again: it may have moved.
        let is_same = session.branch == self.session.branch && session.head == self.tip;
        if let Some(branch) = session.branch.as_ref().filter(|_| !is_same)
            && let Some(tip) = store.repository().read_ref(&format!("refs/heads/{branch}"))?
            && session.head.as_ref() != Some(&tip)
        {
            let top = self.own.as_deref().or(lodging.as_deref());
            note_own_work(session, &CommitsMadeIn::new(store.repository(), top), tip.clone());
            steps.push(Step::Head(tip));
        }
        Ok(())
    }
}

/// Returns true for a conversation that began without git-ao.
fn is_adopted(session: &Session) -> bool {
    session.kind == Kind::Conversation
}

/// Compares paths. The recorded one may contain a symbolic link, as in a linked home directory.
fn is_same(recorded: &Path, path: &Path) -> bool {
    recorded == path || recorded.canonicalize().is_ok_and(|recorded| recorded == path)
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AgentGone { from } => write!(f, "{from} -> errored, its agent is gone"),
            Self::Branch(name) => write!(f, "on branch {name}"),
            Self::Head(tip) => write!(f, "head at {}", tip.short()),
            Self::Moved(path) => write!(f, "worktree at {}", path.display()),
            Self::Taken { path, by } => {
                write!(f, "worktree {path} belongs to session {}", by.short())
            }
            Self::Vanished(path) => write!(f, "worktree missing at {path}"),
        }
    }
}

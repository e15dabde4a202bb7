//! Removes what ended and deleted sessions leave behind, and archives old sessions.

mod branch;
mod deleted;
mod earlier;
mod leftover;

use std::time::Duration;

pub use self::branch::branch_to_remove;
use self::branch::is_removable;
use self::deleted::Deleted;
use self::earlier::{Earlier, NobodysBranches};
pub use self::leftover::{Leftover, Obstacle};
use crate::git::Lock;
use crate::model::{Filter, Oid, Origin, Session, SessionId, Timestamp, ago, error_chain};
use crate::ops::common::branch_sessions::{catch_up_all, record_branches};
use crate::ops::common::live::{AgentState, Probes, base_tips};
use crate::ops::common::liveness::{Liveness, liveness_after_end};
use crate::ops::common::owned_worktrees::Own;
use crate::ops::common::{
    AgentStateError, Engine, OpsError, Setup, StatusError, lodging, placement,
};
use crate::store::{Key, ListedSession, Snapshot, Store, StoreError};
use crate::workspace::{OnUnsaved, WorkspaceError};

/// The options of [`cleanup`](crate::ops::Engine::cleanup).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Cleanup {
    /// Archive sessions whose last update is older than this; None archives no session.
    pub older_than: Option<Duration>,
    /// Whether to remove branches.
    pub branches: Branches,
    /// What happens to work that is saved nowhere else.
    pub on_unsaved: OnUnsaved,
    /// Only this session, and its branch whatever the name.
    pub(super) only: Option<SessionId>,
    /// It is a part of another change, which has an event of its own.
    pub(super) is_part: bool,
    /// Whether commits are saved enough in the history of heads, which only this clone has.
    pub(super) kept_head_is_enough: bool,
    /// Whether the teardown of a worktree runs before it is removed.
    pub teardown: Setup,
}

/// Keeps branches and unsaved work, and archives nothing.
impl Default for Cleanup {
    fn default() -> Self {
        Self {
            older_than: None,
            branches: Branches::Keep,
            on_unsaved: OnUnsaved::Refuse,
            only: None,
            is_part: false,
            kept_head_is_enough: false,
            teardown: Setup::Run,
        }
    }
}

impl Cleanup {
    /// Archives sessions whose last update is older than this.
    #[must_use]
    pub fn older_than(self, older_than: Duration) -> Self {
        Self { older_than: Some(older_than), ..self }
    }

    /// Sets whether to remove branches.
    #[must_use]
    pub fn branches(self, branches: Branches) -> Self {
        Self { branches, ..self }
    }

    /// Sets whether the teardown of a worktree runs before it is removed.
    #[must_use]
    pub fn teardown(self, teardown: Setup) -> Self {
        Self { teardown, ..self }
    }

    /// Sets what happens to work that is saved nowhere else.
    #[must_use]
    pub fn on_unsaved(self, on_unsaved: OnUnsaved) -> Self {
        Self { on_unsaved, ..self }
    }
}

/// Whether the branches of ended sessions are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branches {
    /// No branch is removed.
    Keep,
    /// Branches that start with `ao.branchPrefix` are removed.
    Remove,
}

/// The result of a cleanup.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cleaned {
    /// The leftovers, and what was done about each.
    pub leftovers: Vec<Leftover>,
    /// The event; None if no record changed.
    pub event: Option<Oid>,
    /// Why the records could not be changed. The next cleanup changes them.
    pub unrecorded: Option<OpsError>,
}

impl Engine {
    /// Determines what [`cleanup`](crate::ops::Engine::cleanup) would remove, without removing it.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read.
    pub fn cleanup_plan(&self, what: &Cleanup) -> Result<Vec<Leftover>, OpsError> {
        let store = self.store();
        let repo = store.repository();
        let worktrees = self.worktrees();
        let snapshot = store.snapshot()?;
        let own = Own::of(&worktrees, &snapshot)?;
        let listed = snapshot.query(Filter::Ended).sessions;
        let ended = |listed: ListedSession| {
            let session = listed.session.ok().filter(|session| session.status.is_terminal())?;
            let is_meant = what.only.is_none_or(|only| only == session.id);
            if !is_meant {
                return None;
            }
            // A record may name any directory, so use only a worktree that names the session.
            let path = own.path(&session).cloned();
            Some((Key::from(&listed.location), session, path, None))
        };
        let mut ended: Vec<_> = listed.into_iter().filter_map(ended).collect();
        let deleted = match what.only {
            None => deleted(store, &snapshot, what.branches)?,
            Some(_) => Vec::new(),
        };
        for Deleted { session, event, path } in deleted {
            let key = Key { id: session.id, project: Some(session.project_id.clone()) };
            ended.push((key, session, path, Some(event)));
        }
        let to_catch_up = ended.iter_mut().map(|(_, session, path, _)| (session, path.as_deref()));
        let have_branch = catch_up_all(store, to_catch_up)?;
        let sessions: Vec<_> = ended.iter().map(|(_, session, ..)| session).collect();
        let agents = Probes::new(self, store.known_replica().as_deref(), &sessions).run();
        let now = store.clock().now();
        let nobodys = match what.branches {
            Branches::Remove => Some(NobodysBranches::of(store, &snapshot)?),
            Branches::Keep => None,
        };
        let mut leftovers = Vec::new();
        let ended = ended.iter().zip(have_branch);
        for (((key, session, path, deleted), has_branch), agent) in ended.zip(agents) {
            let mut leftover = Leftover {
                session: session.clone(),
                worktree: path.clone(),
                branch: None,
                earlier: Earlier::default(),
                archives: deleted.is_none() && is_old(session, what, now),
                kept: None,
                obstacle: None,
                left_teardown: None,
                yields: false,
                has_failed: false,
                ignored: Vec::new(),
                branch_kept: None,
                is_incomplete: false,
                backup: None,
                deleted: deleted.clone(),
                bases: Vec::new(),
                tip: None,
                captured: None,
                key: key.clone(),
                lodging: lodging::lodging(store, session),
                placement: placement(store, session).filter(|_| deleted.is_none()).cloned(),
            };
            if what.branches == Branches::Remove && has_branch {
                leftover.branch = session.branch.clone();
                let may_go = |name: &String| match what.only {
                    Some(_) => !session.found_branch(name),
                    None => is_removable(store, session, name),
                };
                leftover.branch = leftover.branch.filter(may_go);
            }
            let guest = match &leftover.worktree {
                Some(path) => lodging::guest(self, path, session)?,
                None => None,
            };
            if let Some(guest) = guest {
                let id = guest.id.short();
                leftover.kept = Some(format!("session {id} works in its worktree"));
            } else if let AgentState::Unknown(error) = agent {
                leftover.kept =
                    Some(format!("cannot determine whether its agent is alive: {error}"));
            } else if let AgentState::Alive { pid } = agent
                && !matches!(liveness_after_end(self, session), Liveness::Gone)
            {
                leftover.kept = Some(still_runs(&leftover, pid));
            } else if leftover.worktree.is_some() && leftover.worktree == repo.work_dir() {
                leftover.kept = Some("it is the current directory".to_owned());
                leftover.obstacle = Some(Obstacle::Here);
            } else if leftover.removes() {
                leftover.bases = base_tips(store, session)?;
                if what.kept_head_is_enough {
                    leftover.bases.extend(session.head.clone());
                }
                let verdict = worktrees.verdict(&leftover.removal(what.on_unsaved))?;
                leftover.kept = verdict.refusal.as_ref().map(|refusal| error_chain(refusal));
                leftover.obstacle = match verdict.refusal {
                    Some(WorkspaceError::Unmerged { .. }) => Some(Obstacle::Commits),
                    Some(WorkspaceError::Locked { .. }) => Some(Obstacle::Locked),
                    _ if verdict.yields => Some(Obstacle::Changes),
                    _ => None,
                };
                (leftover.yields, leftover.ignored) = (verdict.yields, verdict.ignored);
            }
            if let Some(nobodys) = nobodys.as_ref().filter(|_| leftover.kept.is_none())
                && deleted.is_none()
                && session.existing_branch.is_none()
            {
                leftover.earlier = nobodys.made_for(store, session)?;
            }
            leftover.has_failed = leftover.kept.is_some();
            if let (Some(path), None, Setup::Run) =
                (&leftover.worktree, &leftover.kept, what.teardown)
            {
                leftover.left_teardown = self.left_teardown(path)?;
            }
            if leftover.is_something() {
                leftovers.push(leftover);
            }
        }
        Ok(leftovers)
    }
}

impl Engine {
    /// Removes leftovers and records that in a single event.
    ///
    /// A session that cannot be cleaned up does not prevent the cleanup of others. An interrupt takes
    /// effect between two sessions; those that were cleaned up by then are recorded.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read. If only the records cannot be written, the removed
    /// leftovers are returned, with the reason in [`Cleaned::unrecorded`].
    pub fn cleanup(&self, what: &Cleanup) -> Result<Cleaned, OpsError> {
        let store = self.store();
        let interrupt = self.interrupt();
        record_branches(store)?;
        let mut leftovers = self.cleanup_plan(what)?;
        // The claims make a concurrent restore wait.
        let mut claims: Vec<Lock> = Vec::new();
        for leftover in leftovers.iter_mut().filter(|leftover| leftover.kept.is_none()) {
            if interrupt.is_set() {
                leftover.kept = Some("not reached before the interruption".to_owned());
                continue;
            }
            match leftover.remove(self, (what.on_unsaved, what.teardown)) {
                Ok(claim) => claims.push(claim),
                // The session is in use or has changed: keeping it is not a failure.
                Err(
                    error @ (OpsError::AgentState(AgentStateError::Busy(_))
                    | OpsError::Status(StatusError::Changed(_))),
                ) => {
                    leftover.kept = Some(error.to_string());
                }
                Err(error) => {
                    leftover.obstacle =
                        matches!(error, OpsError::Setup(_)).then_some(Obstacle::Teardown);
                    leftover.kept = Some(error_chain(&error));
                    leftover.has_failed = true;
                }
            }
        }
        let now = store.clock().now();
        let replica = store.known_replica();
        let committed = store.transaction("cleanup", |tx| {
            if what.is_part {
                tx.set_origin(Origin::Automatic);
            }
            let is_done =
                |leftover: &&Leftover| leftover.kept.is_none() && leftover.deleted.is_none();
            for leftover in leftovers.iter().filter(is_done) {
                let key = &leftover.key;
                let session = match tx.session(key.clone()) {
                    Err(StoreError::NotFound(_) | StoreError::Archived(_)) => continue,
                    session => session?,
                };
                let here = session.placement_in(replica.as_deref());
                if !session.status.is_terminal() || here != leftover.placement.as_ref() {
                    continue;
                }
                let is_old = is_old(&session, what, now);
                tx.update(key.clone(), |session| {
                    if let Some(replica) = &replica {
                        session.placements.remove(replica);
                    }
                    // A restore recreates the branch at this commit.
                    let seen = leftover.tip.clone().or(leftover.session.head.clone());
                    session.head = seen.or(session.head.take());
                    if let (Some(base), Some(seen)) = (&mut session.base, &leftover.session.base) {
                        base.onto.clone_from(&seen.onto);
                    }
                    if let Some(facts) = &leftover.captured {
                        facts.put(session, now);
                    }
                    Ok::<_, StoreError>(())
                })?;
                if is_old {
                    tx.archive(key.clone())?;
                }
            }
            Ok::<_, StoreError>(())
        });
        Ok(match committed {
            Ok(committed) => Cleaned { leftovers, event: committed.event, unrecorded: None },
            Err(error) => Cleaned { leftovers, event: None, unrecorded: Some(error.into()) },
        })
    }
}

fn still_runs(leftover: &Leftover, pid: Option<u32>) -> String {
    let id = leftover.session.id.short();
    match (&leftover.deleted, pid) {
        (None, _) => format!("its agent is still running; to stop it: git ao kill {id}"),
        // No verb finds a session without a record.
        (Some(_), Some(pid)) => format!("its agent is still running; to stop it: kill {pid}"),
        (Some(_), None) => "its agent is still running".to_owned(),
    }
}

fn deleted(
    store: &Store,
    snapshot: &Snapshot<'_>,
    branches: Branches,
) -> Result<Vec<Deleted>, OpsError> {
    let mut found = deleted::with_worktree(store, snapshot)?;
    if branches == Branches::Remove {
        found.extend(deleted::with_branch_alone(store, snapshot, &found)?);
    }
    Ok(found)
}

fn is_old(session: &Session, what: &Cleanup, now: Timestamp) -> bool {
    what.older_than.is_some_and(|age| session.last_update(now) < ago(now, age))
}

//! What ended sessions leave behind, and old ones to the archive.

use std::path::PathBuf;
use std::time::Duration;

use super::belongings::{Discard, discard_claimed};
use super::live::{AgentState, Probes};
use super::liveness::{Liveness, liveness, stop};
use super::on_branch::{catch_up_at, record_branches};
use super::own::Own;
use super::start::claim;
use super::{FlowError, Interrupt, placement};
use crate::git::{Lock, LockError};
use crate::model::{Oid, Placement, Session, Timestamp, ago, error_chain};
use crate::store::{Key, Shelf, Store, StoreError};
use crate::workspace::{Loss, Removal, Removed, Workspace as _, Worktrees};

/// Which leftovers are to be removed.
#[derive(Debug, Clone, Copy)]
pub struct Cleanup {
    /// Sessions whose last update is longer ago go to the archive; None: no session does.
    pub older_than: Option<Duration>,
    /// What becomes of branches.
    pub branches: Branches,
    /// What becomes of work that is nowhere else.
    pub loss: Loss,
}

/// Whether the branches of ended sessions are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branches {
    /// They stay.
    Keep,
    /// Those that begin with `ao.branchPrefix` go.
    Remove,
}

/// The leftovers of an ended session.
#[derive(Debug, Clone)]
pub struct Leftover {
    /// The session.
    pub session: Session,
    /// Its worktree, if it goes.
    pub worktree: Option<PathBuf>,
    /// Its branch, if it goes.
    pub branch: Option<String>,
    /// It goes to the archive.
    pub archives: bool,
    /// Why nothing of this is done.
    pub kept: Option<String>,
    /// It is kept for the work in it alone, and would go with [`Loss::Snapshot`].
    pub yields: bool,
    /// It was to go, and did not or would not.
    pub has_failed: bool,
    /// What git ignores in the worktree, below it: it goes too, and no backup has it.
    pub ignored: Vec<PathBuf>,
    /// Why the branch that was to go is still there, though the worktree went.
    pub branch_kept: Option<String>,
    /// The ref that keeps what would have been lost.
    pub backup: Option<String>,
    /// Where the branch was that went.
    tip: Option<Oid>,
    key: Key,
    placement: Option<Placement>,
}

/// The result of a cleanup.
#[derive(Debug)]
pub struct Cleaned {
    /// What was found, with what became of it.
    pub leftovers: Vec<Leftover>,
    /// The event; None where no record changed.
    pub event: Option<Oid>,
}

/// Determines what [`cleanup`] would remove, without removing it.
///
/// # Errors
/// When git or the store cannot be read.
pub fn cleanup_plan(store: &Store, what: &Cleanup) -> Result<Vec<Leftover>, FlowError> {
    let repo = store.repository();
    let worktrees = Worktrees::new(repo);
    let snapshot = store.snapshot()?;
    let own = Own::of(&worktrees, &snapshot)?;
    let listed = snapshot.listing(Shelf::Active).sessions;
    let listed = listed.into_iter().filter_map(|l| Some((Key::from(&l.location), l.session.ok()?)));
    let mut ended: Vec<_> = listed.filter(|(_, session)| session.status.is_terminal()).collect();
    for (_, session) in &mut ended {
        let path = own.path(session).map(PathBuf::as_path);
        catch_up_at(store, session, path)?;
    }
    let sessions: Vec<_> = ended.iter().map(|(_, session)| session).collect();
    let agents = Probes::new(repo, store.known_replica().as_deref(), &sessions).run();
    let now = store.clock().now();
    let prefix = repo.config("ao.branchPrefix").unwrap_or_else(|| "ao/".to_owned());
    let mut leftovers = Vec::new();
    for ((key, session), agent) in ended.iter().zip(agents) {
        let mut leftover = Leftover {
            session: session.clone(),
            // A record may name any folder; this one says itself whose it is.
            worktree: own.path(session).cloned(),
            branch: None,
            archives: is_old(session, what, now),
            kept: None,
            yields: false,
            has_failed: false,
            ignored: Vec::new(),
            branch_kept: None,
            backup: None,
            tip: None,
            key: key.clone(),
            placement: placement(store, session).cloned(),
        };
        if what.branches == Branches::Remove {
            leftover.branch = branch_to_remove(store, session, &prefix)?;
        }
        if let AgentState::Unknown(error) = agent {
            leftover.kept = Some(format!("cannot determine whether its agent is alive: {error}"));
        } else if let AgentState::Alive { .. } = agent {
            leftover.kept = Some(still_runs(session));
        } else if leftover.worktree.is_some() && leftover.worktree == repo.work_dir() {
            leftover.kept = Some("it is the current directory".to_owned());
        } else if leftover.removes() {
            let verdict = worktrees.verdict(&leftover.removal(what.loss))?;
            leftover.kept = verdict.refusal.as_ref().map(|refusal| error_chain(refusal));
            (leftover.yields, leftover.ignored) = (verdict.yields, verdict.ignored);
        }
        leftover.has_failed = leftover.kept.is_some();
        if leftover.is_something() {
            leftovers.push(leftover);
        }
    }
    Ok(leftovers)
}

/// Removes what can go, and writes it down in one event.
///
/// What one session refuses does not keep the others from being cleaned up. An interrupt counts
/// between two sessions: those that were cleaned up by then are written down.
///
/// # Errors
/// When git or the store cannot be read or written.
pub fn cleanup(
    store: &Store,
    what: &Cleanup,
    interrupt: &Interrupt<'_>,
) -> Result<Cleaned, FlowError> {
    record_branches(store)?;
    let mut leftovers = cleanup_plan(store, what)?;
    // Whoever restores one of them meanwhile waits.
    let mut claims: Vec<Lock> = Vec::new();
    for leftover in leftovers.iter_mut().filter(|leftover| leftover.kept.is_none()) {
        if interrupt.is_set() {
            leftover.kept = Some("not reached before the interruption".to_owned());
            continue;
        }
        match leftover.remove(store, what.loss) {
            Ok(claim) => claims.push(claim),
            // Then there is nothing to be done here, or no more.
            Err(error @ (FlowError::Busy(_) | FlowError::Changed(_))) => {
                leftover.kept = Some(error.to_string());
            }
            Err(error) => {
                leftover.kept = Some(error_chain(&error));
                leftover.has_failed = true;
            }
        }
    }
    let now = store.clock().now();
    let replica = store.known_replica();
    let committed = store.transaction("cleanup", |tx| {
        for leftover in leftovers.iter().filter(|leftover| leftover.kept.is_none()) {
            let key = &leftover.key;
            let session = match tx.session(key.clone()) {
                Err(StoreError::NotFound(_) | StoreError::Archived(_)) => continue,
                session => session?,
            };
            let here = replica.as_ref().and_then(|name| session.placements.get(name));
            if !session.status.is_terminal() || here != leftover.placement.as_ref() {
                continue;
            }
            let is_old = is_old(&session, what, now);
            tx.update(key.clone(), |session| {
                if let Some(replica) = &replica {
                    session.placements.remove(replica);
                }
                // From there a restore makes the branch again.
                session.head = leftover.tip.clone().or(session.head.take());
                Ok::<_, StoreError>(())
            })?;
            if is_old {
                tx.archive(key.clone())?;
            }
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(Cleaned { leftovers, event: committed.event })
}

fn still_runs(session: &Session) -> String {
    format!("its agent is still running; to stop it: git ao kill {}", session.id.short())
}

fn is_old(session: &Session, what: &Cleanup, now: Timestamp) -> bool {
    what.older_than.is_some_and(|age| session.last_update(now) < ago(now, age))
}

/// Only what was named by this program: a record may name any branch.
fn branch_to_remove(
    store: &Store,
    session: &Session,
    prefix: &str,
) -> Result<Option<String>, FlowError> {
    let Some(branch) = session.branch.as_ref() else { return Ok(None) };
    if prefix.is_empty() || !branch.starts_with(prefix) {
        return Ok(None);
    }
    let is_there = store.repository().read_ref(&format!("refs/heads/{branch}"))?.is_some();
    Ok(is_there.then(|| branch.clone()))
}

impl Leftover {
    fn removes(&self) -> bool {
        self.worktree.is_some() || self.branch.is_some()
    }

    fn is_something(&self) -> bool {
        self.removes() || self.kept.is_some() || self.archives || self.placement.is_some()
    }

    /// Only a worktree that says itself that it is the session's.
    fn removal(&self, loss: Loss) -> Removal<'_> {
        let (path, branch) = (self.worktree.as_deref(), self.branch.as_deref());
        Removal { path, branch, session: self.session.id, loss, ignored: None }
    }

    /// Ends the agent, removes worktree and branch, and holds on to the session.
    fn remove(&mut self, store: &Store, loss: Loss) -> Result<Lock, FlowError> {
        let repo = store.repository();
        let id = self.session.id;
        let claim = match claim(repo, id, Duration::ZERO) {
            Err(FlowError::Lock(LockError::Timeout { .. })) => return Err(FlowError::Busy(id)),
            claimed => claimed?,
        };
        let now = match store.snapshot()?.session(self.key.clone()) {
            Err(StoreError::NotFound(_) | StoreError::Archived(_)) => {
                return Err(FlowError::Changed(id));
            }
            now => now?,
        };
        if !now.status.is_terminal() || placement(store, &now) != self.placement.as_ref() {
            return Err(FlowError::Changed(id));
        }
        match liveness(store, &now) {
            Liveness::Gone => {}
            Liveness::Alive { pid } => return Err(FlowError::NotStopped { id, pid }),
            Liveness::Unknown(source) => return Err(FlowError::Unknown { id, source }),
        }
        // What its runtime has kept of it.
        stop(store, &now)?;
        if self.removes() {
            let worktrees = Worktrees::new(repo);
            let ignored = Some(self.ignored.as_slice());
            let removal = Removal { ignored, ..self.removal(loss) };
            let Removed { backup, branch, kept } = worktrees.remove(&removal)?;
            (self.backup, self.tip) = (backup, branch);
            if kept.is_some() {
                (self.branch, self.branch_kept, self.has_failed) = (None, kept, true);
            }
        }
        let conversation = now.agent_session_id.as_deref();
        discard_claimed(store, now.id, conversation, Discard::Traces)?;
        Ok(claim)
    }
}

//! Deletes sessions.

use std::path::PathBuf;

use crate::model::{ErrorKind, Recovery, SessionId};
use crate::ops::cleanup::branch_to_remove;
use crate::ops::common::artifacts::{Purge, purge};
use crate::ops::common::liveness::{Liveness, liveness_of};
use crate::ops::common::lodging::lodging;
use crate::ops::common::{AgentStateError, Checks, Engine, OpsError, StatusError};
use crate::ops::common::{ports, targets};
use crate::store::{Committed, Key, ListedSession, RecordProblem, Store, StoreError};
use crate::workspace::{self, Worktrees};

/// A deleted session.
#[derive(Debug)]
#[non_exhaustive]
pub struct DeletedSession {
    /// The session as it was before.
    pub session: ListedSession,
    /// Whether its agent is still running.
    pub agent: Liveness,
    /// Why not all files of its agent were removed.
    pub purged: Result<(), OpsError>,
    /// What deleting the session did not remove.
    pub kept: Result<Kept, OpsError>,
}

/// What deleting a session does not remove, if it exists in this clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// The worktree.
    pub worktree: Option<PathBuf>,
    /// The branch, if this program created it.
    pub branch: Option<String>,
}

/// Why sessions were not deleted. No session was deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeleteError {
    /// A session has not ended.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// The record was written by a newer version, so its status cannot be read.
    #[error("cannot determine whether {} ({title}) has ended: {problem}", id.short())]
    Newer {
        /// The session.
        id: SessionId,
        /// A title to show.
        title: String,
        /// Why the record cannot be read.
        problem: RecordProblem,
    },
    /// The agent of a session may still be running.
    #[error(transparent)]
    AgentState(#[from] AgentStateError),
    /// A session does not exist, or the store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeleteError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Status(error) => error.kind(),
            Self::Newer { .. } => ErrorKind::Newer,
            Self::AgentState(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Engine {
    /// Deletes sessions, all in a single event, and then the files of their agents. Their worktrees and
    /// branches are kept, and history keeps their records.
    ///
    /// A session with a corrupt record counts as ended, unless a newer version wrote the record.
    ///
    /// # Errors
    /// Fails if a session does not exist and, unless the checks are skipped, if a session has not ended
    /// or its agent may still be running. No session is then deleted.
    pub fn delete(
        &self,
        keys: &[Key],
        checks: Checks,
    ) -> Result<Committed<Vec<DeletedSession>>, DeleteError> {
        let store = self.store();
        let done = store.transaction("delete", |tx| {
            let sessions = targets::load(tx.snapshot(), keys)?;
            for session in &sessions {
                if checks == Checks::All {
                    check_ended(session)?;
                    targets::check_stopped(self, session)?;
                }
                tx.delete(Key::from(&session.location))?;
            }
            Ok::<_, DeleteError>(sessions)
        })?;
        Ok(done.map(|sessions| sessions.into_iter().map(|session| clean(self, session)).collect()))
    }
}

fn check_ended(session: &ListedSession) -> Result<(), DeleteError> {
    let (id, title) = (session.location.id, session.display_title());
    match &session.session {
        Ok(session) if !session.status.is_terminal() => {
            Err(StatusError::NotEnded { id, title, status: session.status.clone() }.into())
        }
        Err(problem) if problem.is_newer() => {
            Err(DeleteError::Newer { id, title, problem: problem.clone() })
        }
        _ => Ok(()),
    }
}

fn clean(engine: &Engine, listed: ListedSession) -> DeletedSession {
    let id = listed.location.id;
    let session = listed.session.as_ref().ok();
    let conversation = session.and_then(|session| session.agent_session_id.as_deref());
    let store = engine.store();
    // The history of an agent without ids is among the files that are removed.
    if let Some(session) = session {
        engine.capture_in_passing(session);
        if let Some(path) = lodging(store, session) {
            // The next session that works there replaces its mark.
            let _ = workspace::dismiss(&path, id);
        }
    }
    // The next session that needs them takes them.
    let _ = ports::give_back(store.repository(), id);
    let purged = purge(store, id, conversation, Purge::All);
    let purged = purged.and_then(|()| Ok(store.drop_heads(&[id])?));
    let agent = liveness_of(engine, id, session);
    let kept = kept(store, &listed);
    DeletedSession { session: listed, agent, purged, kept }
}

fn kept(store: &Store, listed: &ListedSession) -> Result<Kept, OpsError> {
    let Ok(session) = &listed.session else { return Ok(Kept::default()) };
    let worktree = Worktrees::new(store.repository()).sessions()?.remove(&session.id);
    Ok(Kept { worktree, branch: branch_to_remove(store, session)? })
}

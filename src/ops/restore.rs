//! Restores ended sessions.

use std::path::PathBuf;

use crate::agent::Action;
use crate::model::{Session, SessionId};
use crate::ops::common::restart::{Prepared, load, prepare, restart};
use crate::ops::common::{
    Again, Checks, Engine, LaunchError, Liveness, OpsError, Restore, Restored, StatusError,
    placement,
};
use crate::store::Key;

/// The plan of a restore.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RestorePlan {
    /// The present record.
    pub session: Session,
    /// The directory in which it would work.
    pub workspace: PathBuf,
    /// The action for which the agent would be started; None if none would be.
    pub action: Option<Action>,
}

impl Engine {
    /// Determines what [`restore`](Self::restore) would do, without doing it.
    ///
    /// # Errors
    /// Fails like [`restore`](Self::restore), for all reasons that are known beforehand.
    pub fn restore_plan(
        &self,
        key: impl Into<Key>,
        wish: &Restore,
    ) -> Result<RestorePlan, OpsError> {
        let session = load(&self.store().snapshot()?, &key.into())?.1;
        let Prepared { spot, start, .. } = prepare(self, &session, wish, |_| Ok(()))?;
        let action = start.runs_something().then_some(start.action);
        Ok(RestorePlan { session, workspace: spot.path().to_owned(), action })
    }

    /// Returns true if the session has a worktree in this clone and its agent is not alive here. If
    /// that is unknown, a restore reports it.
    pub fn is_restorable_here(&self, session: &Session) -> bool {
        let here = placement(self.store(), session);
        here.is_some_and(|here| here.workspace.is_some())
            && !matches!(self.liveness(session), Liveness::Alive { .. })
    }

    /// Returns true if the session is [restorable here](Self::is_restorable_here) and something
    /// interrupted its agent, or the start of it. A session without an agent had none to interrupt.
    pub fn was_interrupted_here(&self, session: &Session) -> bool {
        let here = placement(self.store(), session);
        let had_agent = here.is_some_and(|here| here.runtime.as_deref() != Some("none"));
        had_agent && session.was_interrupted() && self.is_restorable_here(session)
    }

    /// Returns the command that restores a session in its present state: with `--fresh` if its
    /// conversation cannot be resumed, and with `--force` if it is merged.
    pub fn restore_command(&self, id: SessionId) -> String {
        let mut wish = Restore::default();
        let mut command = "git ao restore".to_owned();
        loop {
            match self.restore_plan(id, &wish) {
                Err(OpsError::Launch(LaunchError::Lost { .. })) if wish.again == Again::Resume => {
                    wish.again = Again::Fresh;
                    command += " --fresh";
                }
                Err(OpsError::Status(StatusError::Merged(_))) if wish.checks == Checks::All => {
                    wish.checks = Checks::Skip;
                    command += " --force";
                }
                // The restore itself reports any other problem.
                _ => return format!("{command} {}", id.short()),
            }
        }
    }

    /// Restores an ended session: its worktree, runtime and agent. The agent resumes its
    /// conversation. It starts a new one if that is requested or if it never started.
    ///
    /// All objections are checked first. The old runtime is stopped once the new one has started.
    /// If any step fails, the record is as before.
    ///
    /// # Errors
    /// Fails if the agent is running or its state is unknown, if the session is merged, if its
    /// worktree is unusable and cannot be created again, if its conversation is not found, or if
    /// the agent cannot be started.
    pub fn restore(&self, key: impl Into<Key>, wish: &Restore) -> Result<Restored, OpsError> {
        restart(self, &key.into(), wish, "restore", |_| Ok(()))
    }
}

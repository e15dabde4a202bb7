//! The messages for failures of verbs, with hints how to fix them.

mod agent;
mod agent_state;
mod elsewhere;
mod hook;
mod import;
mod land;
mod launch;
mod ledger;
mod put_away;
pub mod record;
pub mod refusals;
mod repository;
mod runtime;
mod session_worktree;
mod share;
mod spawn;
mod status;
mod store;
mod transcript;
mod undo;
pub mod usage;
mod why;
mod workspace;
mod writing;

#[cfg(test)]
mod tests;

use git_ao::model::error_chain;
use git_ao::ops::OpsError;

pub use self::session_worktree::{UNSHALLOW, cut_off, repair, with_kept};
pub use self::store::REPAIR;
use super::CliError;

impl From<OpsError> for CliError {
    fn from(error: OpsError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match error {
            OpsError::Spawn(error) => error.into(),
            OpsError::Launch(error) => error.into(),
            OpsError::AgentState(error) => error.into(),
            OpsError::Elsewhere(error) => error.into(),
            OpsError::Status(error) => error.into(),
            OpsError::Worktree(error) => error.into(),
            OpsError::Land(error) => error.into(),
            OpsError::Why(error) => why::hinted(&error),
            OpsError::Undo(error) => error.into(),
            OpsError::Agent(error) => error.into(),
            OpsError::Runtime(error) => error.into(),
            OpsError::Workspace(error) => error.into(),
            OpsError::Store(error) => error.into(),
            OpsError::Transcript(error) => error.into(),
            OpsError::Share(error) => error.into(),
            OpsError::Ref(error) => CliError::fatal(message).ref_hint(&error),
            OpsError::Lock(error) => CliError::fatal(message).lock_hint(&error),
            OpsError::File(error) => CliError::fatal(message).write_hint(&error),
            OpsError::Git(error) => CliError::fatal(message).write_hint(&error),
            OpsError::Kept { source, path } => with_kept(CliError::from(*source), &path),
            _ => CliError::of(kind, message),
        }
    }
}

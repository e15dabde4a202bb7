use git_ao::model::error_chain;
use git_ao::ops::{AgentStateError, ArchiveError, DeleteError};

use crate::cli::CliError;

impl From<DeleteError> for CliError {
    fn from(error: DeleteError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match error {
            DeleteError::Status(error) => error.into(),
            // The record is in the way of this request, not the store of every one.
            DeleteError::Newer { .. } => {
                CliError::refused(message).hint("update git ao, or use --force to delete it anyway")
            }
            DeleteError::AgentState(error @ AgentStateError::StillRunning { .. }) => {
                CliError::from(error).hint("to delete it anyway, use --force")
            }
            DeleteError::AgentState(error) => error.into(),
            DeleteError::Store(error) => error.into(),
            _ => CliError::of(kind, message),
        }
    }
}

impl From<ArchiveError> for CliError {
    fn from(error: ArchiveError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match error {
            ArchiveError::AgentState(error) => error.into(),
            ArchiveError::Store(error) => error.into(),
            _ => CliError::of(kind, message),
        }
    }
}

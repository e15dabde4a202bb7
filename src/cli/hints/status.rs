use git_ao::model::error_chain;
use git_ao::ops::StatusError;

use crate::cli::CliError;

impl From<StatusError> for CliError {
    fn from(error: StatusError) -> Self {
        let refused = CliError::of(error.kind(), error_chain(&error));
        match error {
            StatusError::Ended { id, .. } => refused.restore_hint("to restart it", id),
            StatusError::NotPaused { id, status } if status.is_terminal() => {
                refused.restore_hint("to restart it", id)
            }
            StatusError::NotEnded { .. } => refused.hint("to delete it anyway, use --force"),
            StatusError::Merged(_) => refused.hint("to restore it anyway, use --force"),
            _ => refused,
        }
    }
}

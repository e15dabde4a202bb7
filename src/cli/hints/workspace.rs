use git_ao::model::error_chain;
use git_ao::workspace::WorkspaceError;

use crate::cli::CliError;

impl From<WorkspaceError> for CliError {
    fn from(error: WorkspaceError) -> Self {
        let fatal = CliError::fatal(error_chain(&error));
        match error.hint() {
            Some(hint) => fatal.hint(hint),
            None => fatal.write_hint(&error),
        }
    }
}

use git_ao::model::error_chain;
use git_ao::ops::SpawnError;

use crate::cli::CliError;

impl From<SpawnError> for CliError {
    fn from(error: SpawnError) -> Self {
        let message = error_chain(&error);
        match error {
            SpawnError::IssueTaken { id, .. } => CliError::refused(message).hint(format!(
                "to see it: git ao show {}\nto start another session anyway, use --force",
                id.short()
            )),
            SpawnError::NothingToFork(_) => {
                CliError::fatal(message).hint("to start elsewhere, use --base <revision>")
            }
            _ => CliError::fatal(message),
        }
    }
}

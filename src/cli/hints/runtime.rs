use git_ao::model::error_chain;
use git_ao::runtime::RuntimeError;

use crate::cli::CliError;

impl From<RuntimeError> for CliError {
    fn from(error: RuntimeError) -> Self {
        let message = error_chain(&error);
        let said = match error {
            RuntimeError::NotShown | RuntimeError::Draft | RuntimeError::NotSubmitted => {
                CliError::refused(message)
            }
            _ => CliError::fatal(message),
        };
        match error.hint() {
            Some(hint) => said.hint(hint),
            None => said,
        }
    }
}

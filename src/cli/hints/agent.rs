use git_ao::agent::AgentError;
use git_ao::model::error_chain;

use crate::cli::CliError;

impl From<AgentError> for CliError {
    fn from(error: AgentError) -> Self {
        let refused = CliError::refused(error_chain(&error));
        match error.hint() {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }
}

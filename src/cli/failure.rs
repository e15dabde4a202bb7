//! How the errors of agents and runtimes are said.

use git_ao::agent::AgentError;
use git_ao::runtime::RuntimeError;

use super::CliError;
use super::ui::escape;

impl From<AgentError> for CliError {
    fn from(error: AgentError) -> Self {
        let message = escape::line(&super::error::chain(&error)).into_owned();
        let refused = CliError::refused(message);
        match error.hint() {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }
}

impl From<RuntimeError> for CliError {
    fn from(error: RuntimeError) -> Self {
        let message = escape::line(&super::error::chain(&error)).into_owned();
        let fatal = CliError::fatal(message);
        match error.hint() {
            Some(hint) => fatal.hint(hint),
            None => fatal,
        }
    }
}

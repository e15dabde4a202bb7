use git_ao::git::RepositoryError;
use git_ao::model::error_chain;

use crate::cli::CliError;

impl From<RepositoryError> for CliError {
    fn from(error: RepositoryError) -> Self {
        match &error {
            RepositoryError::NotFound(message)
            | RepositoryError::Unsafe(message)
            | RepositoryError::Refused(message) => {
                let message = message.trim_end();
                let (first, hint) = message.split_once('\n').unwrap_or((message, ""));
                let fatal = CliError::fatal(first);
                if hint.trim().is_empty() { fatal } else { fatal.hint(hint.trim()) }
            }
            RepositoryError::UnknownExtension(_) | RepositoryError::UnknownFormat(_) => {
                CliError::fatal(error.to_string()).hint("a newer git ao may support it")
            }
            _ => CliError::fatal(error_chain(&error)),
        }
    }
}

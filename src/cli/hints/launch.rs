use git_ao::model::error_chain;
use git_ao::ops::LaunchError;

use crate::cli::CliError;

impl From<LaunchError> for CliError {
    fn from(error: LaunchError) -> Self {
        let refused = CliError::refused(error_chain(&error));
        match error {
            LaunchError::NotInstalled { .. } => {
                refused.hint("install it, or use --agent <name> or --no-agent")
            }
            LaunchError::Running(id) => refused.hint(format!(
                "to see it: git ao attach {0}\nto stop it: git ao kill {0}",
                id.short()
            )),
            LaunchError::Lost { id, .. } => refused.hint(format!(
                "to start over with its task: git ao restore --fresh {}",
                id.short()
            )),
            LaunchError::StartedBefore(id) => refused.restore_hint("to restart it", id),
            _ => refused,
        }
    }
}

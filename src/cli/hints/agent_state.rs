use git_ao::model::error_chain;
use git_ao::ops::AgentStateError;
use git_ao::runtime::RuntimeError;

use crate::cli::CliError;

impl From<AgentStateError> for CliError {
    fn from(error: AgentStateError) -> Self {
        let message = error_chain(&error);
        match error {
            AgentStateError::NotStarted(id) | AgentStateError::Gone { id, .. } => {
                CliError::refused(message).restore_hint("to start one", id)
            }
            AgentStateError::Unreachable { id, .. } | AgentStateError::StillRunning { id, .. } => {
                CliError::refused(message).hint(format!("to stop it: git ao kill {}", id.short()))
            }
            AgentStateError::NotSubmitted { id, source } => {
                let purpose = match source {
                    RuntimeError::NotShown => "the agent may be asking a question; to see it",
                    RuntimeError::Draft => "submit or delete that text first",
                    _ => "to submit or delete it",
                };
                CliError::refused(message).hint(format!("{purpose}: git ao attach {}", id.short()))
            }
            AgentStateError::NotStopped { .. } => {
                CliError::fatal(message).hint("the session was not changed")
            }
            AgentStateError::Unknown { .. } => CliError::fatal(message).hint(
                "nothing was done; try again later\n\
                 to kill or restore it anyway, use --force",
            ),
            _ => CliError::refused(message),
        }
    }
}

use git_ao::model::error_chain;
use git_ao::ops::AgentStateError;
use git_ao::runtime::RuntimeError;

use crate::cli::CliError;

impl From<AgentStateError> for CliError {
    fn from(error: AgentStateError) -> Self {
        let failed = CliError::of(error.kind(), error_chain(&error));
        match error {
            AgentStateError::NotStarted(id) | AgentStateError::Gone { id, .. } => {
                failed.restore_hint("to start one", id)
            }
            AgentStateError::Unreachable { id, .. } | AgentStateError::StillRunning { id, .. } => {
                failed.hint(format!("to stop it: git ao kill {}", id.short()))
            }
            AgentStateError::NotSubmitted { id, source } => {
                let purpose = match source {
                    RuntimeError::NotShown => "the agent may be asking a question; to see it",
                    RuntimeError::Draft => "submit or delete that text first",
                    _ => "to submit or delete it",
                };
                failed.hint(format!("{purpose}: git ao attach {}", id.short()))
            }
            AgentStateError::NotStopped { .. } => failed.hint("the session was not changed"),
            AgentStateError::Unknown { .. } => failed.hint(
                "nothing was done; try again later\n\
                 to kill or restore it anyway, use --force",
            ),
            _ => failed,
        }
    }
}

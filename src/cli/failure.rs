//! What the program says when a flow fails, and what the reader can do about it.

use git_ao::agent::AgentError;
use git_ao::flow::FlowError;
use git_ao::runtime::RuntimeError;
use git_ao::workspace::{Condition, WorkspaceError};

use super::CliError;
use super::error::INTERRUPTED;
use super::ui::escape;

impl From<WorkspaceError> for CliError {
    fn from(error: WorkspaceError) -> Self {
        let message = escape::line(&super::error::chain(&error)).into_owned();
        let fatal = CliError::fatal(message);
        match error.hint() {
            Some(hint) => fatal.hint(hint),
            None => fatal,
        }
    }
}

impl From<AgentError> for CliError {
    fn from(error: AgentError) -> Self {
        let refused = CliError::refused(escape::line(&super::error::chain(&error)).into_owned());
        match error.hint() {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }
}

impl From<RuntimeError> for CliError {
    fn from(error: RuntimeError) -> Self {
        let message = escape::line(&super::error::chain(&error)).into_owned();
        let said = match error {
            RuntimeError::NotShown => CliError::refused(message),
            _ => CliError::fatal(message),
        };
        match error.hint() {
            Some(hint) => said.hint(hint),
            None => said,
        }
    }
}

impl From<FlowError> for CliError {
    fn from(error: FlowError) -> Self {
        let message = escape::line(&super::error::chain(&error)).into_owned();
        match error {
            FlowError::Store(error) => error.into(),
            FlowError::Workspace(error) => error.into(),
            FlowError::IssueTaken { id, .. } => CliError::refused(message).hint(format!(
                "to see it: git ao show {}\nto start another one: --force",
                id.short()
            )),
            FlowError::NothingToFork(_) => {
                CliError::fatal(message).hint("--base <revision> names another place to start at")
            }
            FlowError::Interrupted => CliError::refused(message).with_code(INTERRUPTED),
            FlowError::Agent(error) => error.into(),
            FlowError::Runtime(error) => error.into(),
            FlowError::NotInstalled { .. } => CliError::refused(message)
                .hint("install it, or choose another one with --agent; --no-agent starts none"),
            FlowError::Running(id) => {
                CliError::refused(message).hint(format!("to see it: git ao attach {}", id.short()))
            }
            FlowError::Away { .. } => CliError::refused(message)
                .hint("it can be reached where it runs; git ao fork goes on from it here"),
            FlowError::OutOfReach { .. } => CliError::refused(message)
                .hint("end it there; with --force it is only marked as ended"),
            FlowError::NotStarted(id) | FlowError::AgentGone { id, .. } => {
                CliError::refused(message)
                    .hint(format!("to start one: git ao restore {}", id.short()))
            }
            FlowError::Elsewhere { .. } => {
                CliError::refused(message).hint("--force takes it over nevertheless")
            }
            FlowError::Unknown { .. } => {
                CliError::fatal(message).hint("nothing was done; try again when it can be told")
            }
            FlowError::HasEnded { id, .. } => CliError::refused(message)
                .hint(format!("to take it up again: git ao restore {}", id.short())),
            FlowError::NotPaused { .. } | FlowError::Changed(_) | FlowError::Busy(_) => {
                CliError::refused(message)
            }
            FlowError::Merged(_) => {
                CliError::refused(message).hint("--force restores it nevertheless")
            }
            FlowError::NotUsable { condition, .. } => {
                let refused = CliError::refused(message);
                match condition {
                    Condition::WrongBranch(_) | Condition::Detached | Condition::Busy(_) => {
                        refused.hint("put it right there, or go on as it is with --force")
                    }
                    _ => refused,
                }
            }
            FlowError::NoWorkspace(_) => {
                CliError::refused(message).hint("git ao restore makes one")
            }
            FlowError::NoBranch(_) => CliError::refused(message),
            FlowError::Folder { .. }
            | FlowError::File { .. }
            | FlowError::Lock(_)
            | FlowError::Ref(_)
            | FlowError::Git(_) => CliError::fatal(message),
        }
    }
}

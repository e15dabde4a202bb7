//! What the program says when a flow fails, and what the reader can do about it.

use std::path::Path;

use git_ao::agent::AgentError;
use git_ao::flow::FlowError;
use git_ao::model::error_chain;
use git_ao::runtime::RuntimeError;
use git_ao::workspace::{Condition, WorkspaceError};

use super::error::INTERRUPTED;
use super::ui::escape;
use super::{CliError, undo};

impl From<WorkspaceError> for CliError {
    fn from(error: WorkspaceError) -> Self {
        let fatal = CliError::fatal(error_chain(&error));
        match error.hint() {
            Some(hint) => fatal.hint(hint),
            None => fatal,
        }
    }
}

impl From<AgentError> for CliError {
    fn from(error: AgentError) -> Self {
        let refused = CliError::refused(error_chain(&error));
        match error.hint() {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }
}

impl From<RuntimeError> for CliError {
    fn from(error: RuntimeError) -> Self {
        let message = error_chain(&error);
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
        let message = error_chain(&error);
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
            FlowError::Running(id) => CliError::refused(message).hint(format!(
                "to see it: git ao attach {0}\nto stop it: git ao kill {0}",
                id.short()
            )),
            FlowError::Away { .. } => CliError::refused(message)
                .hint("it can be reached where it runs; git ao fork goes on from it here"),
            FlowError::OutOfReach { .. } => CliError::refused(message)
                .hint("end it there; with --force it is only marked as ended"),
            FlowError::NotStarted(id) | FlowError::AgentGone { id, .. } => {
                CliError::refused(message)
                    .hint(format!("to start one: git ao restore {}", id.short()))
            }
            FlowError::Unreachable { id, .. } => {
                CliError::refused(message).hint(format!("git ao kill {} stops it", id.short()))
            }
            FlowError::NotStopped { .. } => {
                CliError::fatal(message).hint("the session is as it was; nothing was recorded")
            }
            FlowError::Elsewhere { .. } => {
                CliError::refused(message).hint("--force takes it over nevertheless")
            }
            FlowError::Unknown { .. } => CliError::fatal(message).hint(
                "nothing was done; try again when it can be told\n\
                     with --force kill and restore go on without knowing",
            ),
            FlowError::HasEnded { id, .. } => CliError::refused(message)
                .hint(format!("to take it up again: git ao restore {}", id.short())),
            FlowError::NothingToUndo | FlowError::Undo(_) => {
                let refused = CliError::refused(message);
                match undo::hint(&error) {
                    Some(hint) => refused.hint(hint),
                    None => refused,
                }
            }
            FlowError::StillRuns(id) => {
                CliError::refused(message).hint(format!("git ao kill {} stops it", id.short()))
            }
            FlowError::NotEnded { .. } => {
                CliError::refused(message).hint("--force deletes it nevertheless")
            }
            FlowError::NotPaused { id, status } if status.is_terminal() => {
                let force = if status.is_restorable() { "" } else { "--force " };
                CliError::refused(message)
                    .hint(format!("to take it up again: git ao restore {force}{}", id.short()))
            }
            FlowError::NotPaused { .. } | FlowError::Changed(_) | FlowError::Busy(_) => {
                CliError::refused(message)
            }
            FlowError::Lost { id, .. } => CliError::refused(message).hint(format!(
                "to begin again with its task: git ao restore --fresh {}",
                id.short()
            )),
            FlowError::Merged(_) => {
                CliError::refused(message).hint("--force restores it nevertheless")
            }
            FlowError::NotUsable { condition, path } => {
                let refused = CliError::refused(message);
                match condition {
                    Condition::WrongBranch(_) => refused.hint(
                        "put it right there, or go on as it is with --force\n\
                         git ao reconcile writes down the branch it is on",
                    ),
                    Condition::Detached | Condition::Busy(_) => {
                        refused.hint("put it right there, or go on as it is with --force")
                    }
                    Condition::Unregistered => refused.hint(repair(&path)),
                    Condition::NotAWorktree | Condition::Foreign(_) => {
                        refused.hint("move it away, and a new worktree is made there")
                    }
                    _ => refused,
                }
            }
            FlowError::NoWorkspace(_) => {
                CliError::refused(message).hint("git ao restore makes one")
            }
            FlowError::BranchGone { branch, head } => {
                let commit = head.map_or("<commit>".to_owned(), |head| head.to_string());
                let branch = escape::line(&branch).into_owned();
                CliError::refused(message)
                    .hint(format!("to have it back: git update-ref refs/heads/{branch} {commit}"))
            }
            FlowError::NotItsOwn { id, .. } => CliError::refused(message).hint(format!(
                "git ao fork {} goes on from it in a worktree of its own",
                id.short()
            )),
            FlowError::NoBranch(_) => CliError::refused(message),
            FlowError::Folder { .. }
            | FlowError::File { .. }
            | FlowError::Lock(_)
            | FlowError::Ref(_)
            | FlowError::Git(_) => CliError::fatal(message),
        }
    }
}

/// What brings a worktree and its repository together again, when one of them was moved by hand.
pub fn repair(path: &Path) -> String {
    let path = escape::os(path.as_os_str());
    format!(
        "if it or the repository was moved: git worktree repair '{path}'\n\
         else move it away, and git ao restore makes a new one"
    )
}

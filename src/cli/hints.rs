//! What the program says when a verb fails, and what the reader can do about it.

use std::path::Path;

use git_ao::agent::AgentError;
use git_ao::model::error_chain;
use git_ao::ops::OpsError;
use git_ao::runtime::RuntimeError;
use git_ao::workspace::{Condition, WorkspaceError};

use super::CliError;
use super::exit_code::INTERRUPTED;
use super::ui::escape;

impl From<WorkspaceError> for CliError {
    fn from(error: WorkspaceError) -> Self {
        let fatal = CliError::fatal(error_chain(&error));
        match error.hint() {
            Some(hint) => fatal.hint(hint),
            None => fatal.write_hint(&error),
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

impl From<OpsError> for CliError {
    fn from(error: OpsError) -> Self {
        let message = error_chain(&error);
        match error {
            OpsError::Store(error) => error.into(),
            OpsError::Workspace(error) => error.into(),
            OpsError::IssueTaken { id, .. } => CliError::refused(message).hint(format!(
                "to see it: git ao show {}\nto start another session anyway, use --force",
                id.short()
            )),
            OpsError::NothingToFork(_) => {
                CliError::fatal(message).hint("to start elsewhere, use --base <revision>")
            }
            OpsError::Kept { source, path } => CliError::from(*source).hint(kept(&path)),
            OpsError::Interrupted => CliError::refused(message).with_code(INTERRUPTED),
            OpsError::Agent(error) => error.into(),
            OpsError::Runtime(error) => error.into(),
            OpsError::NotInstalled { .. } => {
                CliError::refused(message).hint("install it, or use --agent <name> or --no-agent")
            }
            OpsError::Running(id) => CliError::refused(message).hint(format!(
                "to see it: git ao attach {0}\nto stop it: git ao kill {0}",
                id.short()
            )),
            OpsError::Away { id, .. } => CliError::refused(message).hint(format!(
                "run the command in that clone\nto continue here, in a new session: git ao fork {}",
                id.short()
            )),
            OpsError::OutOfReach { .. } => CliError::refused(message)
                .hint("run the command in that clone; --force only marks the session as ended"),
            OpsError::NotStarted(id) | OpsError::AgentGone { id, .. } => {
                CliError::refused(message).restore_hint("to start one", id)
            }
            OpsError::Unreachable { id, .. } => {
                CliError::refused(message).hint(format!("to stop it: git ao kill {}", id.short()))
            }
            OpsError::NotStopped { .. } => {
                CliError::fatal(message).hint("the session was not changed")
            }
            OpsError::Elsewhere { .. } => {
                CliError::refused(message).hint("to take it over anyway, use --force")
            }
            OpsError::Unknown { .. } => CliError::fatal(message).hint(
                "nothing was done; try again later\n\
                     to kill or restore it anyway, use --force",
            ),
            OpsError::HasEnded { id, .. } => {
                CliError::refused(message).restore_hint("to restart it", id)
            }
            OpsError::NothingToUndo | OpsError::Undo(_) => {
                let refused = CliError::refused(message);
                match undo_hint(&error) {
                    Some(hint) => refused.hint(hint),
                    None => refused,
                }
            }
            OpsError::StillRuns(id) => {
                CliError::refused(message).hint(format!("to stop it: git ao kill {}", id.short()))
            }
            OpsError::NotEnded { .. } => {
                CliError::refused(message).hint("to delete it anyway, use --force")
            }
            OpsError::NotPaused { id, status } if status.is_terminal() => {
                CliError::refused(message).restore_hint("to restart it", id)
            }
            OpsError::NotPaused { .. } | OpsError::Changed(_) | OpsError::Busy(_) => {
                CliError::refused(message)
            }
            OpsError::Lost { id, .. } => CliError::refused(message).hint(format!(
                "to start over with its task: git ao restore --fresh {}",
                id.short()
            )),
            OpsError::Merged(_) => {
                CliError::refused(message).hint("to restore it anyway, use --force")
            }
            OpsError::NotUsable { condition, path } => {
                let refused = CliError::refused(message);
                match condition {
                    Condition::WrongBranch(_) => refused.hint(
                        "fix it there, or continue anyway with --force\n\
                         to record the branch it is on: git ao reconcile",
                    ),
                    Condition::Detached | Condition::Busy(_) => {
                        refused.hint("fix it there, or continue anyway with --force")
                    }
                    Condition::Unregistered => refused.hint(repair(&path)),
                    Condition::NotAWorktree | Condition::Foreign(_) => {
                        refused.hint("move it away; a new worktree is then created there")
                    }
                    _ => refused,
                }
            }
            OpsError::NoWorkspace(id) => {
                CliError::refused(message).restore_hint("to create one", id)
            }
            OpsError::BranchGone { branch, head } => {
                let commit = head.map_or("<commit>".to_owned(), |head| head.to_string());
                let branch = escape::line(&branch).into_owned();
                CliError::refused(message)
                    .hint(format!("to recreate it: git update-ref refs/heads/{branch} {commit}"))
            }
            OpsError::NotItsOwn { id, .. } => CliError::refused(message)
                .hint(format!("to continue in a separate worktree: git ao fork {}", id.short())),
            OpsError::Unfinished { id, way_out, .. } => CliError::refused(message).hint(format!(
                "if an interrupted 'git ao restore' left it: {way_out}\n\
                 to continue in a separate worktree: git ao fork {}",
                id.short()
            )),
            OpsError::BranchInUse { id, source } => CliError::from(source)
                .hint(format!("to continue on a separate branch: git ao fork {}", id.short())),
            OpsError::NoBranch(_) => CliError::refused(message),
            OpsError::Lock(error) => CliError::fatal(message).lock_hint(&error),
            OpsError::Ref(error) => CliError::fatal(message).ref_hint(&error),
            _ => CliError::fatal(message).write_hint(&error),
        }
    }
}

/// What is said of a new worktree that somebody wrote into before it could be taken back.
pub fn kept(path: &Path) -> String {
    let path = escape::os(path.as_os_str());
    format!(
        "the new worktree was kept, because it was changed in the meantime:\n  git -C '{path}' status"
    )
}

/// What brings a worktree and its repository together again, when one of them was moved by hand.
pub fn repair(path: &Path) -> String {
    let path = escape::os(path.as_os_str());
    format!(
        "if it or the repository was moved: git worktree repair '{path}'\n\
         otherwise move it away, and git ao restore creates a new one"
    )
}

/// The hint for what only an undo runs into.
fn undo_hint(error: &OpsError) -> Option<String> {
    use git_ao::store::UndoError;
    match error {
        OpsError::NothingToUndo => Some("to list all events: git ao log".to_owned()),
        OpsError::Undo(UndoError::Conflicts { fields, .. }) => {
            let line = |(id, field): &(git_ao::model::SessionId, String)| {
                format!("  {} {}", id.short(), escape::line(field))
            };
            let lines: Vec<_> = fields.iter().take(20).map(line).collect();
            Some(format!("{}\nto undo it anyway, use --force", lines.join("\n")))
        }
        OpsError::Undo(UndoError::SameSecond(events)) => {
            let line = |event: &git_ao::model::Event| {
                let (id, subject) = (event.id.short(), escape::line(&event.message.subject));
                format!("to undo '{subject}': git ao undo {id}")
            };
            Some(events.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        OpsError::Undo(UndoError::Merge(_)) => {
            Some("undo one of its events; to list them: git ao log --graph".to_owned())
        }
        OpsError::Undo(UndoError::Visibility { id, to: Some(to), .. }) => Some(format!(
            "to change the visibility: git ao set {} visibility={}",
            id.short(),
            to.name()
        )),
        OpsError::Undo(UndoError::Unknown(_)) => Some("to list the events: git ao log".to_owned()),
        _ => None,
    }
}

use git_ao::hook::HookError;
use git_ao::model::error_chain;

use crate::cli::CliError;

impl From<HookError> for CliError {
    fn from(problem: HookError) -> Self {
        let (kind, message) = (problem.kind(), error_chain(&problem));
        match problem {
            HookError::Store(problem) => problem.into(),
            HookError::TurnedOff(_) => CliError::of(kind, message)
                .hint("to see where it is set: git config --show-origin core.hooksPath"),
            HookError::Edited(_) => {
                CliError::of(kind, message).hint("to discard the edits, use --force")
            }
            HookError::Damaged(_) => CliError::of(kind, message)
                .hint("remove the rest of git ao's part by hand, from '# >>> git-ao' on"),
            HookError::InTheWay(_) => {
                CliError::of(kind, message).hint("inspect it, and move it away")
            }
            _ => CliError::fatal(message),
        }
    }
}

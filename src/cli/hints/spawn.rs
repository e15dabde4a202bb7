use git_ao::model::{error_chain, shell_name};
use git_ao::ops::SpawnError;

use crate::cli::CliError;

impl From<SpawnError> for CliError {
    fn from(error: SpawnError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match error {
            SpawnError::IssueTaken { id, .. } => CliError::of(kind, message).hint(format!(
                "to see it: git ao show {}\nto start another session anyway, use --force",
                id.short()
            )),
            SpawnError::BranchTaken { id, is_here, .. } => {
                let other = match is_here {
                    true => format!("to end that session first: git ao kill {}", id.short()),
                    false => "to work on it in this clone too, use --force".to_owned(),
                };
                CliError::of(kind, message).hint(format!(
                    "to restore that session: git ao restore {0}\n\
                     to attach to it: git ao attach {0}\n\
                     to work on a new branch from it: git ao fork {0}\n{other}",
                    id.short()
                ))
            }
            SpawnError::NoUpstream(name) => CliError::of(kind, message).hint(format!(
                "to start at the local branch, leave out --fetch\n\
                 to set its upstream: git branch --set-upstream-to=<remote>/<branch> {}",
                shell_name(&name)
            )),
            // As git, when a starting point is not a commit.
            SpawnError::NothingToFork(_) => {
                CliError::fatal(message).hint("to start elsewhere, use --base <revision>")
            }
            _ => CliError::of(kind, message),
        }
    }
}

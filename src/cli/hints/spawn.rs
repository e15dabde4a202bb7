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
            SpawnError::BranchTaken { id, .. } => CliError::of(kind, message).hint(format!(
                "to go on with it: git ao restore {0}, or git ao attach {0}\n\
                 to work beside it, on a new branch: git ao fork {0}\n\
                 if it works in another clone only, use --force",
                id.short()
            )),
            SpawnError::NoUpstream(name) => CliError::of(kind, message).hint(format!(
                "to start from what is here: leave out --fetch\n\
                 to set it: git branch --set-upstream-to=<remote>/<branch> {}",
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

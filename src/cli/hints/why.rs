use git_ao::model::error_chain;
use git_ao::ops::WhyError;

use crate::cli::CliError;

pub fn hinted(error: &WhyError) -> CliError {
    let failed = CliError::of(error.kind(), error_chain(error));
    match error {
        WhyError::NoCommit(_) => failed.hint(
            "name a commit, a line of a file as <file>:<line>, or a pull request as '#<number>'\n\
             to get commits from a remote: git fetch",
        ),
        WhyError::NoBlame { .. } => {
            failed.hint("only lines of files that git tracks have a commit")
        }
        _ => failed,
    }
}

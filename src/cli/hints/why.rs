use git_ao::model::error_chain;
use git_ao::ops::WhyError;

use crate::cli::CliError;

pub fn hinted(error: &WhyError) -> CliError {
    if let WhyError::BlameFailed(message) = error
        && message.starts_with("usage: ")
    {
        return CliError::usage("git does not understand the range of lines")
            .hint("a range is <start>,<end> or <start>,+<count> or :<function>, see git-blame(1)");
    }
    let failed = CliError::of(error.kind(), error_chain(error));
    match error {
        WhyError::NoCommit(_) => failed.hint(
            "name a commit, a line of a file as <file>:<line>, or a pull request as '#<number>'\n\
             to get commits from a remote: git fetch",
        ),
        WhyError::NoBlame { .. } => {
            failed.hint("only lines of files that git tracks have a commit")
        }
        WhyError::BlameFailed(message) => match () {
            () if message.starts_with("no such path") => {
                failed.hint("to list the files that can be blamed: git ls-files")
            }
            () if message.contains("bad revision") => {
                failed.hint("name the revision before the file: git ao blame <rev> -- <file>")
            }
            () => failed,
        },
        _ => failed,
    }
}

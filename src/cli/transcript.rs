mod append;
mod capture;

use super::{CliError, Ctx, ExitCode};

/// Work with what was said in sessions
///
/// The transcripts of a session are the files in which its agents store their conversations. They
/// are kept in this clone, in a repository of their own that only you can read.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Add entries of your own to a session's transcripts
    ///
    /// Reads standard input: one JSON object per line, as 'git ao transcript --json' prints
    /// them. 'role' (user, assistant, tool or system) is required. Without 'kind', an entry is a
    /// text; without 'at', it is from now. With --role, standard input is plain text, and one entry.
    ///
    /// All entries are added at once; if a line is no entry, none is.
    Append(append::Args),

    /// Capture what is new in the transcripts of sessions
    ///
    /// Copies what the agents have written since the last capture. Usually this is not necessary:
    /// it happens while an agent works, and when it has ended. Nothing is captured if
    /// ao.transcripts is false.
    ///
    /// --json prints {"version":1,"sessions":[…]}. Each session has 'id', 'outcome' (captured,
    /// not_found, no_transcript or failed), and 'bytes' and 'lines', which were new, or 'error'.
    Capture(capture::Args),
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    match args.action {
        Action::Append(args) => append::run(&args, ctx),
        Action::Capture(args) => capture::run(&args, ctx),
    }
}

use super::many::{self, Move};
use super::{CliError, Ctx, ExitCode};

/// Move sessions to the archive
///
/// All sessions are moved in a single event, or none are: if one does not exist or its agent is
/// still running, the command fails. The records do not change. 'git ao list --archived' lists
/// them. A session that is already archived causes a warning, not an error.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let to = Move {
        verb: "archive",
        check: many::refuse_alive,
        act: |tx, key| tx.archive(key),
        moved: "archived",
        was_there: "is already archived",
    };
    many::put_away(&args.sessions, ctx, &to)?;
    Ok(ExitCode::Done)
}

use super::many::{self, Move};
use super::{CliError, Ctx, ExitCode};

/// Move sessions out of the archive
///
/// All sessions are moved in a single event, or none are: if one does not exist, the command fails.
/// The records do not change. A session that is not archived causes a warning, not an error.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let to = Move {
        verb: "unarchive",
        check: |_, _| Ok(()),
        act: |tx, key| tx.unarchive(key),
        moved: "unarchived",
        was_there: "is not archived",
    };
    many::put_away(&args.sessions, ctx, &to)?;
    Ok(ExitCode::Done)
}

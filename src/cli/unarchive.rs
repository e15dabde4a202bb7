use super::many::{self, Move};
use super::{CliError, Ctx, ExitCode};

/// Move sessions back from the archive
///
/// Several are moved in one step: all of them, or none where one is not found. Their records do not
/// change. One that is not in the archive is warned about, and is no error.
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
        was_there: "is not in the archive",
    };
    many::put_away(&args.sessions, ctx, &to)?;
    Ok(ExitCode::Done)
}

use super::many::{self, Move};
use super::{CliError, Ctx, ExitCode};

/// Move sessions to the archive
///
/// Several are moved in one step: all of them, or none where one is not found or has an agent that
/// still runs, whose end would not be recorded there. Their records do not change; 'git ao list
/// --archived' shows them. One that is archived already is warned about, and is no error.
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
        was_there: "is archived already",
    };
    many::put_away(&args.sessions, ctx, &to)?;
    Ok(ExitCode::Done)
}

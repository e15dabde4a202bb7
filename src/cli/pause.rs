use super::change::{self, ChangeArgs};
use super::{CliError, Ctx, ExitCode, launch};

/// Mark a session as paused
///
/// This only changes the status: a running agent is not stopped. 'git ao resume' ends the pause.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = args.change.active(&store)?;
    let changed = launch::engine(&store).pause(&key, &args.change.say())?;
    change::report(ctx, &changed)
}

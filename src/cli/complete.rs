use super::change::{self, ChangeArgs};
use super::{CliError, Ctx, ExitCode, launch};

/// Mark a session as done
///
/// This only changes the status: a running agent is not stopped. 'git ao kill' stops it.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = args.change.active(&store)?;
    let changed = launch::engine(&store).complete(&key, &args.change.say())?;
    change::report(ctx, &changed)
}

use super::change::{self, ChangeArgs};
use super::{CliError, Ctx, ExitCode, launch};

/// Mark a paused session as active again
///
/// The status becomes 'working' if the agent is alive, or else 'idle'. To start an agent again, use
/// 'git ao restore'.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = args.change.active(&store)?;
    let changed = launch::engine(&store).resume(&key, &args.change.say())?;
    change::report(ctx, &changed)
}

use git_ao::flow;

use super::change::{self, ChangeArgs};
use super::{CliError, Ctx, ExitCode};

/// Note that a session's work rests
///
/// Its agent is not told: what runs goes on running. git ao resume notes that the work goes on.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = args.change.active(&store)?;
    let changed = flow::pause(&store, &key, &args.change.say())?;
    change::report(ctx, &changed)
}

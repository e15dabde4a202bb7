use git_ao::flow;

use super::change::{self, ChangeArgs};
use super::{CliError, Ctx, ExitCode};

/// Note that a session's work is done
///
/// Its agent is not told; git ao kill stops what still runs.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = args.change.active(&store)?;
    let changed = flow::complete(&store, &key, &args.change.say())?;
    change::report(ctx, &changed)
}

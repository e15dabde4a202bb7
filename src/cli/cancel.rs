use git_ao::store::Key;

use super::change::ChangeArgs;
use super::{CliError, Ctx, ExitCode, interrupt, kill, launch};

/// Stop a session that is no longer needed
///
/// Does what 'git ao kill' does, and records 'cancelled' as the reason.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = Key::from(&args.change.find(&store)?.location);
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.interrupt());
    let killed = engine
        .cancel(&key, &args.change.say())
        .map_err(|error| interrupted.explain(error, kill::NOTHING_DONE))?;
    kill::report(ctx, &store, &killed)
}

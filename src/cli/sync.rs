use super::sharing::RemoteArgs;
use super::{CliError, Ctx, ExitCode, push};

/// Pull, and push
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let remote = args.remote.choose(&store)?;
    push::announce(ctx, &store, &remote, &args.remote)?;
    let synced = args.remote.watched(|watcher| remote.sync(watcher))?;
    push::report(ctx, &remote, &synced, &args.remote)?;
    Ok(ExitCode::Done)
}

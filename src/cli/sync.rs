use git_ao::share::Outgoing;

use super::push::TranscriptArgs;
use super::sharing::{MergeArgs, RemoteArgs};
use super::{CliError, Ctx, ExitCode, push};

/// Pull sessions from a remote, then push
///
/// Runs 'git ao pull', and then 'git ao push'.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,

    #[command(flatten)]
    merge: MergeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let remote = args.merge.apply(args.remote.choose(&store)?)?;
    let to = (&remote, &args.remote);
    let sharing = TranscriptArgs::default().prepare(ctx, &store, to, false)?;
    let synced = args.remote.watched(|watcher| {
        let mut tell = |outgoing: &Outgoing| push::announce(ctx, &remote, outgoing);
        remote.sync(watcher, (!args.remote.quiet).then_some(&mut tell))
    })?;
    push::report(ctx, &remote, &synced, &args.remote)?;
    push::share(ctx, sharing, to)?;
    Ok(ExitCode::Done)
}

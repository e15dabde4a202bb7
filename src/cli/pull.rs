use super::sharing::{MergeArgs, RemoteArgs, report_merges};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Fetch sessions from a remote and merge them
///
/// Sessions are merged field by field. If both sides changed a field, the later change wins, and
/// the other value stays in the history.
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
    let pulled = args.remote.watched(|watcher| remote.pull(watcher))?;
    let merges: Vec<_> = pulled.merged.into_iter().collect();
    report_merges(ctx, &remote, &merges, &args.remote)?;
    let is_news = merges.iter().any(|merge| !merge.changes.is_empty());
    if !is_news && !args.remote.quiet {
        let name = escape::line(remote.name());
        match pulled.fetched.tip {
            Some(_) => writeln!(ctx.out, "up to date with {name}")?,
            None => writeln!(ctx.out, "{name} has no sessions")?,
        }
    }
    Ok(ExitCode::Done)
}

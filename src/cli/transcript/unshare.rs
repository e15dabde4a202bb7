use super::shared::SharedArgs;
use crate::cli::hints::refusals;
use crate::cli::ui::escape;
use crate::cli::{CliError, Ctx, ExitCode, launch};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    of: SharedArgs,

    /// Withdraw what another clone has shared. 'git ao show' lists the clones.
    #[arg(long, value_name = "clone")]
    replica: Option<String>,
}

/// What an unshare cannot undo.
pub const KEPT: &str =
    "clones that have fetched them keep them, and the remote may keep the objects for a while";

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let (id, remote) = args.of.choose(&store)?;
    let (engine, replica) = (launch::engine(&store), args.replica.as_deref());
    let withdrawn = args
        .of
        .remote
        .watched(|watcher| engine.withdraw_transcripts(&remote, id, replica, watcher))?;
    if !withdrawn {
        return Err(refusals::not_shared(id, remote.name(), replica));
    }
    if !args.of.remote.quiet {
        let name = escape::line(remote.name()).into_owned();
        writeln!(ctx.out, "withdrew the transcripts of {} from {name}", id.short())?;
        ctx.out.hint(KEPT);
    }
    Ok(ExitCode::Done)
}

use git_ao::ops::OpsError;
use git_ao::transcript::TranscriptStore;

use crate::cli::hints::refusals;
use crate::cli::sharing::RemoteArgs;
use crate::cli::ui::escape;
use crate::cli::{CliError, Ctx, ExitCode, open};

#[derive(clap::Args)]
pub struct Args {
    /// The session.
    session: String,

    #[command(flatten)]
    remote: RemoteArgs,
}

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let id = open::find(&store.snapshot()?, &store, &args.session)?.location.id;
    let remote = args.remote.choose(&store)?;
    let transcripts = TranscriptStore::open(store.repository()).map_err(OpsError::from)?;
    let (Some(transcripts), Some(replica)) = (transcripts, store.known_replica()) else {
        return Err(refusals::not_shared(id, remote.name()));
    };
    let is_withdrawn = args
        .remote
        .watched(|watcher| remote.withdraw_transcripts(&transcripts, id, &replica, watcher))?;
    if !is_withdrawn {
        return Err(refusals::not_shared(id, remote.name()));
    }
    if !args.remote.quiet {
        let name = escape::line(remote.name()).into_owned();
        writeln!(ctx.out, "withdrew the transcripts of {} from {name}", id.short())?;
        ctx.out.hint(
            "clones that have fetched them keep them, and the remote may keep the objects for a while",
        );
    }
    Ok(ExitCode::Done)
}

use super::shared::SharedArgs;
use crate::cli::hints::refusals;
use crate::cli::ui::escape;
use crate::cli::{CliError, Ctx, ExitCode, launch};

pub fn run(args: &SharedArgs, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let (id, remote) = args.choose(&store)?;
    let engine = launch::engine(&store);
    let replicas = args.remote.watched(|watcher| engine.fetch_transcripts(&remote, id, watcher))?;
    if replicas.is_empty() {
        return Err(refusals::nothing_shared(id, remote.name()));
    }
    if !args.remote.quiet {
        let (name, replicas) = (escape::line(remote.name()), replicas.join(", "));
        let line =
            format!("from {name}: transcripts of {} by {}", id.short(), escape::line(&replicas));
        writeln!(ctx.out, "{line}")?;
    }
    Ok(ExitCode::Done)
}

use super::sharing::{RemoteArgs, summary};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Fetch sessions from a remote without merging them
///
/// The sessions are stored under refs/ao/remotes/<remote>/sessions. Branches, tags and FETCH_HEAD
/// are not touched.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let remote = args.remote.choose(&store)?;
    let fetched = args.remote.watched(|watcher| remote.fetch(watcher))?;
    if args.remote.quiet {
        return Ok(ExitCode::Done);
    }
    let name = escape::line(remote.name());
    let Some(tip) = fetched.tip else {
        writeln!(ctx.out, "{name} has no sessions")?;
        return Ok(ExitCode::Done);
    };
    match summary(&store.compare(fetched.before.as_ref(), &tip)?) {
        Some(text) => {
            writeln!(ctx.out, "{name} has: {text}")?;
            ctx.out.hint("to merge them: git ao pull");
        }
        None => writeln!(ctx.out, "{name} has nothing new")?,
    }
    Ok(ExitCode::Done)
}

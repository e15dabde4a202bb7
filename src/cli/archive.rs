use git_ao::store::Shelf;

use super::targets::{self, label};
use super::{CliError, Ctx, ExitCode, launch};

/// Move sessions to the archive
///
/// All sessions are moved in a single event, or none are: if one does not exist or its agent is
/// still running, the command fails. The records do not change. 'git ao list --archived' lists
/// them. A session that is already archived causes a warning, not an error.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let keys = targets::find(&args.sessions, &store)?;
    for moved in launch::engine(&store).archive(&keys)?.value {
        let label = label(&moved.session);
        match moved.from {
            Shelf::Active => writeln!(ctx.out, "archived {label}")?,
            Shelf::Archived => ctx.out.warn(&format!("{label} is already archived")),
        }
    }
    Ok(ExitCode::Done)
}

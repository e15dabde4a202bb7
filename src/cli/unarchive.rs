use git_ao::store::Shelf;

use super::targets::{self, label};
use super::{CliError, Ctx, ExitCode, launch};

/// Move sessions out of the archive
///
/// All sessions are moved in a single event, or none are: if one does not exist, the command fails.
/// The records do not change. A session that is not archived causes a warning, not an error.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let keys = targets::find(&args.sessions, &store)?;
    for moved in launch::engine(&store).unarchive(&keys)?.value {
        let label = label(&moved.session);
        match moved.from {
            Shelf::Archived => writeln!(ctx.out, "unarchived {label}")?,
            Shelf::Active => ctx.out.warn(&format!("{label} is not archived")),
        }
    }
    Ok(ExitCode::Done)
}

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{CliError, Ctx, ExitCode, launch, open};

/// Print the path of a session's worktree
///
/// Prints only the absolute path, for use as in 'cd "$(git ao path <session>)"'. This is the top
/// directory of the worktree, even if the agent works in a folder below it. If the session has no
/// worktree in this clone, nothing is printed, and the command fails.
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default: '@', the session of this worktree.
    session: Option<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let entry = open::find(&snapshot, &store, args.session.as_deref().unwrap_or("@"))?;
    let path = launch::engine(&store).worktree(&entry.location)?;
    print(ctx, &path)?;
    Ok(ExitCode::Done)
}

/// Prints a path as it is, for other programs.
pub fn print(ctx: &mut Ctx, path: &Path) -> Result<(), CliError> {
    ctx.out.bytes(path.as_os_str().as_bytes())?;
    Ok(ctx.out.bytes(b"\n")?)
}

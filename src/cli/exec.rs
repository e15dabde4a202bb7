use std::ffi::OsString;
use std::io;

use git_ao::ops::WorkDir;
use git_ao::runtime::RuntimeError;

use super::{CliError, Ctx, ExitCode, launch, open};

/// Run a command in a session's worktree
///
/// The command runs in the folder in which the agent works, with this terminal and environment. No
/// shell is involved; use 'sh -c' for one. The exit status is that of the command, 127 if the command
/// is not found, and 126 if it cannot be started.
#[derive(clap::Args)]
pub struct Args {
    /// The session; '@' is the session of this worktree.
    session: String,

    /// Run the command in the top directory of the worktree.
    #[arg(long)]
    root: bool,

    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let entry = open::find(&snapshot, &store, &args.session)?;
    let place = if args.root { WorkDir::Top } else { WorkDir::Folder };
    let command = launch::engine(&store).command_in(&entry.location, args.command, place)?;
    ctx.out.flush()?;
    let error = command.exec();
    let code = match &error {
        RuntimeError::NotInstalled(_) => ExitCode::NoCommand,
        RuntimeError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            ExitCode::NoCommand
        }
        _ => ExitCode::NotRunnable,
    };
    Err(CliError::from(error).with_code(code))
}

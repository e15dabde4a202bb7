use super::man::{self, Look};
use super::{CliError, Ctx, ExitCode, parse};

/// Show the commands, or the manual page of one
///
/// This works before the pages are installed; 'git ao --help' is git's own, and needs 'git ao man
/// --install' once.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The command, or another page: config, hooks, sharing or gitformat-ao.
    command: Option<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    match args.command {
        Some(name) => man::show(&name, Look::Page, ctx)?,
        None => ctx.out.text(&parse::all_commands())?,
    }
    Ok(ExitCode::Done)
}

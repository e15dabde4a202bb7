use super::man::{self, Look};
use super::{CliError, Ctx, ExitCode};

/// List the commands, or show the manual page of one
///
/// Works before the pages are installed. 'git ao --help' is handled by git itself, and needs 'git
/// ao man --install' first.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// A command, or a guide: config, hooks.7, sharing, transcripts, worktrees or
    /// gitformat-ao.
    command: Option<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    match args.command {
        Some(name) => man::show(&name, Look::Page, ctx)?,
        None => ctx.out.text(&(ctx.commands.overview)())?,
    }
    Ok(ExitCode::Done)
}

use super::{CliError, Ctx, ExitCode};

/// The output of `git ao version`.
pub const VERSION: &str = concat!("git-ao version ", env!("CARGO_PKG_VERSION"), "\n");

/// Print the version
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {}

pub fn run(_: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    ctx.out.text(VERSION)?;
    Ok(ExitCode::Done)
}

use super::{CliError, Ctx, ExitCode, parse};

/// Print the version
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {}

pub fn run(_: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    ctx.out.text(parse::VERSION)?;
    Ok(ExitCode::Done)
}

use clap_complete::{Shell, generate};

use super::{CliError, Ctx, ExitCode, parse};

/// Print a script that teaches a shell to complete git ao
///
/// For bash, it belongs in ~/.local/share/bash-completion/completions/git-ao; for zsh, under the
/// name _git-ao in a directory of $fpath; for fish, in ~/.config/fish/conf.d/git-ao.fish.
/// There it serves 'git ao' as well, together with the shell's completion of git. In bash, zsh and fish
/// the names of sessions, branches, statuses and the like are completed too.
#[derive(clap::Args)]
pub struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

const BASH: &str = include_str!("completions/git-ao.bash");
const ZSH: &str = include_str!("completions/git-ao.zsh");
const FISH: &str = include_str!("completions/git-ao.fish");

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    match args.shell {
        Shell::Bash => ctx.out.text(BASH)?,
        Shell::Zsh => ctx.out.text(ZSH)?,
        Shell::Fish => ctx.out.text(FISH)?,
        shell => {
            let mut script = Vec::new();
            generate(shell, &mut parse::tree(), "git-ao", &mut script);
            ctx.out.bytes(&script)?;
        }
    }
    Ok(ExitCode::Done)
}

use clap_complete::{Shell, generate};

use super::{CliError, Ctx, ExitCode};

/// Print a shell completion script
///
/// Save the script where your shell finds it:
///
/// bash: ~/.local/share/bash-completion/completions/git-ao
///
/// zsh: as _git-ao in a directory of $fpath
///
/// fish: ~/.config/fish/conf.d/git-ao.fish
///
/// It completes 'git ao' too, together with the shell's own completion for git. In bash, zsh and
/// fish, it also completes sessions, branches, statuses and other values.
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
            generate(shell, &mut (ctx.commands.tree)(), "git-ao", &mut script);
            ctx.out.bytes(&script)?;
        }
    }
    Ok(ExitCode::Done)
}

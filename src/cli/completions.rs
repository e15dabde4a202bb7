use clap_complete::Shell;

use super::{CliError, Ctx, ExitCode, parse};

/// Print a script that teaches a shell to complete git ao
///
/// For bash, it belongs in ~/.local/share/bash-completion/completions/git-ao; for zsh, under the
/// name _git-ao in a directory of $fpath; for fish, in ~/.config/fish/completions/git-ao.fish.
/// There it serves 'git ao' as well, together with the shell's completion of git.
#[derive(clap::Args)]
pub struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// For git's own completion, which asks a function `_git_ao` about `git ao`.
const BASH_FOR_GIT: &str = include_str!("completions/git.bash");

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    // The script is for the program's own name; git's completions of the shells find it by that.
    let mut tree = parse::tree().bin_name("git-ao");
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut tree, "git-ao", &mut script);
    ctx.out.bytes(&script)?;
    if args.shell == Shell::Bash {
        ctx.out.text(BASH_FOR_GIT)?;
    }
    Ok(ExitCode::Done)
}

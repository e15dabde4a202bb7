use clap_complete::{Shell, generate};

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

/// What bash needs besides: completion for `git-ao`, and a function that git's completion asks
/// about `git ao`.
const FOR_BASH: &str = include_str!("completions/git.bash");

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    ctx.out.bytes(&script(args.shell))?;
    Ok(ExitCode::Done)
}

/// The script. The completions of git for zsh and fish find it by the name `git-ao`.
fn script(shell: Shell) -> Vec<u8> {
    // For bash, clap_complete makes two different functions' names of a name with a dash in it, and
    // so knows nothing of what follows a verb.
    let (name, more) = match shell {
        Shell::Bash => ("gitao", FOR_BASH),
        _ => ("git-ao", ""),
    };
    let mut script = Vec::new();
    generate(shell, &mut parse::tree(), name, &mut script);
    script.extend_from_slice(more.as_bytes());
    script
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What bash offers for the last of the words, as git's completion would ask.
    fn offered(words: &str, index: usize) -> String {
        let script = String::from_utf8(script(Shell::Bash)).unwrap();
        let ask = format!(
            "{script}\nwords=({words}); cword=$((${{#words[@]}} - 1)); __git_cmd_idx={index}\n\
             cur=${{words[cword]}}; prev=${{words[cword-1]}}; _git_ao; echo \"${{COMPREPLY[*]}}\""
        );
        let output = Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn bash_completes_below_git() {
        assert_eq!(offered("git ao completi", 1), "completions \n");
        assert_eq!(offered("git -C dir ao completions z", 3), "zsh \n");
        assert_eq!(offered("git ao man --ins", 1), "--install \n");
    }

    #[test]
    fn the_others_go_by_the_name_that_their_git_completion_looks_for() {
        let text = |shell| String::from_utf8(script(shell)).unwrap();
        assert!(text(Shell::Zsh).starts_with("#compdef git-ao\n"));
        assert!(text(Shell::Zsh).contains("\n_git-ao() {"));
        assert!(text(Shell::Fish).contains("\ncomplete -c git-ao "));
    }
}

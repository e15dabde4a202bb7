//! Completes the word that is being typed in a shell.

mod candidate;
mod line;
mod values;

use super::ui::escape;
use super::{CliError, Ctx, ExitCode};
use candidate::Candidate;
use line::Asked;

/// Print completions for the last word of a command line (used by the shells)
///
/// The scripts of 'git ao completions' call this with the words after 'git ao'. Each line is a
/// word, a tab and its meaning; a single line ':files' leaves the completion to the shell. It never
/// fails.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The words; the last one is incomplete.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let (before, typed) = match args.words.split_last() {
        Some((typed, before)) => (before, typed.as_str()),
        None => (&args.words[..], ""),
    };
    let (candidates, start) = match line::read(ctx.commands, before, typed) {
        Asked::Words(words) => (words, ""),
        Asked::Value(what) => (values::of(&what, ctx), what.start),
        Asked::Files => {
            writeln!(ctx.out, ":files")?;
            return Ok(ExitCode::Done);
        }
        Asked::Nothing => return Ok(ExitCode::Done),
    };
    for Candidate { word, about } in candidates {
        // Words that need quoting are not offered: each shell quotes differently.
        let is_safe = !word.is_empty() && word.chars().all(|c| !c.is_control() && c != ' ');
        if is_safe && escape::line(&word) == word && format!("{start}{word}").starts_with(typed) {
            let about = escape::line(&about);
            writeln!(ctx.out, "{start}{word}\t{}", about.chars().take(80).collect::<String>())?;
        }
    }
    Ok(ExitCode::Done)
}

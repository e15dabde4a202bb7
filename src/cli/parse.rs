use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use super::overview::{SYNOPSIS, overview};
use super::verbs::Verb;
use super::{CliError, Ctx, ExitCode, usage};

/// Keeps the sessions of AI coding agents in the git repository they work on.
///
/// A session is one agent's piece of work: its task, branch, worktree, status and lineage. Each
/// session is a YAML record in the tree of one ref, refs/ao/sessions, and each change to it is a
/// commit there, so that history and sharing are git's own.
#[derive(Parser)]
#[command(
    name = "git-ao",
    bin_name = "git ao",
    version,
    disable_help_subcommand = true,
    infer_long_args = true
)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What the arguments ask for.
pub enum Request {
    Verb(Verb),
    /// A text for standard output, and what the program then ends with.
    Text(String, ExitCode),
}

impl Request {
    /// Does what was asked for.
    pub fn serve(self, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
        match self {
            Self::Verb(verb) => verb.run(ctx),
            Self::Text(text, code) => {
                ctx.out.text(&text)?;
                Ok(code)
            }
        }
    }
}

/// The tree of commands, with synopses and help in git's form.
pub fn tree() -> clap::Command {
    dressed(Help::Long)
}

/// `-h` is the short help, which ends with the exit code for wrong usage as in git; `--help` the
/// long one.
#[derive(Clone, Copy, PartialEq)]
enum Help {
    Short,
    Long,
}

fn dressed(help: Help) -> clap::Command {
    let tree = Cli::command();
    let overview = overview(&tree);
    let (whole, verb) = match help {
        Help::Short => (overview, "usage: {usage}\n\n{all-args}{after-help}"),
        Help::Long => (
            format!("{{about-with-newline}}\n{overview}"),
            "{about-with-newline}\nusage: {usage}\n\n{all-args}{after-help}",
        ),
    };
    tree.help_template(whole)
        .override_usage(SYNOPSIS)
        .max_term_width(100)
        .mut_subcommands(|command| usage::dress(command, "git ao", verb))
}

/// Reads the arguments.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, CliError> {
    let args: Vec<OsString> = args.collect();
    let mut before_dashes = args.iter().skip(1).take_while(|arg| *arg != "--");
    let is_long =
        |arg: &OsString| arg.to_str().is_some_and(|a| a.len() > 2 && "--help".starts_with(a));
    let help = if before_dashes.any(is_long) { Help::Long } else { Help::Short };

    let error = match dressed(help).try_get_matches_from(args) {
        Ok(matches) => match Cli::from_arg_matches(&matches) {
            Ok(Cli { verb: Some(verb) }) => return Ok(Request::Verb(verb)),
            Ok(Cli { verb: None }) => {
                return Ok(Request::Text(overview(&Cli::command()), ExitCode::Refused));
            }
            Err(error) => error,
        },
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::DisplayVersion => {
            let text = format!("git-ao version {}\n", env!("CARGO_PKG_VERSION"));
            Ok(Request::Text(text, ExitCode::Done))
        }
        ErrorKind::DisplayHelp => {
            let code = if help == Help::Long { ExitCode::Done } else { ExitCode::Usage };
            Ok(Request::Text(error.render().to_string(), code))
        }
        _ => Err(usage::explain(&error)),
    }
}

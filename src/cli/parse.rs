use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use super::commands::Commands;
use super::overview::{SYNOPSIS, overview};
use super::verbs::{Verb, fill};
use super::version::VERSION;
use super::{CliError, Ctx, ExitCode, hints, synopsis};

/// Keep the sessions of AI coding agents in the git repository they work on
///
/// A session is one agent's piece of work: its task, branch, worktree, status and lineage. Each
/// session is a YAML record in the tree of one ref, refs/ao/sessions. Each change to a record is a
/// commit on that ref, so history and sharing are git's own.
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

/// A parsed command line.
pub enum Request {
    Verb(Box<Verb>),
    /// A text for standard output, and the exit code.
    Text(String, ExitCode),
}

impl Request {
    /// Runs the verb, or prints the text.
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

/// The command line, for the verbs that print it.
pub const COMMANDS: Commands = Commands { tree, one, overview: || overview(&whole()) };

/// Returns the tree of commands, with synopses and help in git's form.
pub fn tree() -> clap::Command {
    dressed(Help::Long)
}

/// `-h` prints the short help and, as in git, exits with the status of a usage error. `--help`
/// prints the long help.
#[derive(Clone, Copy, PartialEq)]
enum Help {
    Short,
    Long,
}

fn dressed(help: Help) -> clap::Command {
    let tree = whole();
    let overview = overview(&tree);
    let overview = match help {
        Help::Short => overview,
        Help::Long => format!("{{about-with-newline}}\n{overview}"),
    };
    tree.help_template(overview)
        .override_usage(SYNOPSIS)
        .max_term_width(100)
        .mut_subcommands(|verb| help.dress(verb))
}

/// Returns all verbs with their arguments.
fn whole() -> clap::Command {
    Cli::command().mut_subcommands(fill)
}

/// Returns the tree in which only this verb has its arguments, or None if there is no such verb.
fn alone(verb: &OsString, help: Help) -> Option<clap::Command> {
    let verb = verb.to_str()?;
    let tree = Cli::command().override_usage(SYNOPSIS).max_term_width(100);
    let name = tree.find_subcommand(verb)?.get_name().to_owned();
    Some(tree.mut_subcommand(name, |verb| help.dress(fill(verb))))
}

fn one(verb: &str) -> Option<clap::Command> {
    alone(&verb.into(), Help::Short)
}

impl Help {
    fn dress(self, verb: clap::Command) -> clap::Command {
        let template = match self {
            Self::Short => "usage: {usage}\n\n{all-args}{after-help}",
            Self::Long => "{about-with-newline}\nusage: {usage}\n\n{all-args}{after-help}",
        };
        synopsis::dress(verb, "git ao", template)
    }
}

/// Parses the arguments.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, CliError> {
    let args = with_counts(args.collect());
    let mut before_dashes = args.iter().skip(1).take_while(|arg| *arg != "--");
    let is_long =
        |arg: &OsString| arg.to_str().is_some_and(|a| a.len() > 2 && "--help".starts_with(a));
    let help = if before_dashes.any(is_long) { Help::Long } else { Help::Short };

    let tree = args.get(1).and_then(|verb| alone(verb, help)).unwrap_or_else(|| dressed(help));
    let error = match tree.try_get_matches_from(args) {
        Ok(matches) => match Cli::from_arg_matches(&matches) {
            Ok(Cli { verb: Some(verb) }) => return Ok(Request::Verb(Box::new(verb))),
            Ok(Cli { verb: None }) => {
                return Ok(Request::Text((COMMANDS.overview)(), ExitCode::Refused));
            }
            Err(error) => error,
        },
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::DisplayVersion => Ok(Request::Text(VERSION.to_owned(), ExitCode::Done)),
        ErrorKind::DisplayHelp => {
            let code = if help == Help::Long { ExitCode::Done } else { ExitCode::Usage };
            Ok(Request::Text(error.render().to_string(), code))
        }
        _ => Err(hints::usage::explain(&error)),
    }
}

/// Turns `git ao log -5` into `git ao log -n5`, as in git.
fn with_counts(mut args: Vec<OsString>) -> Vec<OsString> {
    if args
        .get(1)
        .is_some_and(|verb| ["log", "list", "ls", "transcript"].iter().any(|name| verb == name))
    {
        for arg in args.iter_mut().skip(2).take_while(|arg| *arg != "--") {
            let digits = arg.to_str().and_then(|arg| arg.strip_prefix('-')).unwrap_or_default();
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                *arg = format!("-n{digits}").into();
            }
        }
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(args: &[&str]) -> Result<Request, CliError> {
        parse(std::iter::once("git-ao").chain(args.iter().copied()).map(OsString::from))
    }

    fn text(args: &[&str]) -> (String, ExitCode) {
        match request(args) {
            Ok(Request::Text(text, code)) => (text, code),
            Ok(Request::Verb(_)) => panic!("{args:?} is a verb"),
            Err(error) => panic!("{}", error.render()),
        }
    }

    #[test]
    fn the_tree_is_sound() {
        tree().debug_assert();
    }

    #[test]
    fn help_is_short_or_long_and_so_is_its_exit_code() {
        let (nothing, code) = text(&[]);
        assert_eq!(code, ExitCode::Refused);
        assert!(nothing.starts_with("usage: git ao <command> [<args>]\n\n"), "{nothing}");
        assert_eq!(text(&["-h"]), (nothing.clone(), ExitCode::Usage));
        let (long, code) = text(&["--help"]);
        assert_eq!(code, ExitCode::Done);
        assert!(long.starts_with("Keep the sessions") && long.ends_with(&nothing), "{long}");

        let (short, code) = text(&["man", "-h"]);
        assert_eq!(code, ExitCode::Usage);
        assert!(short.starts_with("usage: git ao man [<options>] [<page>]\n\n"), "{short}");
        let (long, code) = text(&["man", "--help"]);
        assert_eq!(code, ExitCode::Done);
        assert!(long.contains("\nusage: git ao man [<options>] [<page>]\n\n"), "{long}");
    }

    #[test]
    fn the_version_is_said_as_git_says_its_own() {
        let version = format!("git-ao version {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(text(&["-V"]), (version.clone(), ExitCode::Done));
        assert_eq!(text(&["--version"]), (version, ExitCode::Done));
    }

    #[test]
    fn long_options_may_be_cut_short() {
        let verb = |request| match request {
            Ok(Request::Verb(verb)) => Some(*verb),
            _ => None,
        };
        assert!(matches!(verb(request(&["man", "--inst"])), Some(Verb::Man(_))));
    }

    #[test]
    fn what_is_wrong_is_said_in_gits_words() {
        let man = "usage: git ao man [<options>] [<page>]\n";
        let shell = "usage: git ao completions <shell>\n";
        let transcript = "usage: git ao transcript [show] [<options>] [<session>]\n     or: git ao transcript <command> [<args>]\n";
        for (args, said) in [
            (&["mann"][..], "error: unknown command 'mann'\nhint: the most similar command is 'man'\n".into()),
            (
                &["lsit"],
                "error: unknown command 'lsit'\nhint: the most similar commands are 'list', 'set', 'ls'\n".into(),
            ),
            (&["zz"], "error: unknown command 'zz'\nhint: to list the commands: git ao help\n".into()),
            (&["man", "-x"], format!("error: unknown option '-x'\n{man}")),
            (
                &["man", "--isntall"],
                format!("error: unknown option '--isntall'\n{man}hint: the most similar option is '--install'\n"),
            ),
            (&["man", "a", "b"], format!("error: unexpected argument 'b'\n{man}")),
            (&["man", "--install=3"], format!("error: '--install' takes no value\n{man}")),
            (&["man", "--install", "--install"], format!("error: '--install' cannot be given twice\n{man}")),
            (
                &["man", "x", "--install"],
                format!("error: '<page>' and '--install' cannot be used together\n{man}"),
            ),
            (
                &["transcript", "7b6d11f9", "export"],
                format!("error: unexpected argument 'export'\n{transcript}"),
            ),
            (&["completions"], format!("error: missing <shell>\n{shell}")),
            (
                &["hooks"],
                "error: missing command\nusage: git ao hooks <command>\nhint: to list the commands: git ao hooks -h\n".into(),
            ),
            (
                &["completions", "bsh"],
                "error: 'bsh' is not a value for '<shell>'\nhint: the most similar value is 'bash'\n".into(),
            ),
        ] {
            let Err(error) = request(args) else { panic!("{args:?} was taken") };
            assert_eq!((error.render(), error.code()), (said, ExitCode::Usage), "{args:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn arguments_that_are_not_utf8() {
        use std::os::unix::ffi::OsStringExt as _;
        let bad = || OsString::from_vec(vec![b'a', 0xff]);
        for args in [vec!["git-ao".into(), bad()], vec![bad(), "man".into(), bad()]] {
            let error = parse(args.into_iter()).err().map(|error| error.code());
            assert_eq!(error, Some(ExitCode::Usage));
        }
    }
}

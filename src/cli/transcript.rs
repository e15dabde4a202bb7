mod append;
mod capture;
mod choice;
mod export;
mod fetch;
mod find;
mod follow;
mod page;
mod printer;
mod purge;
mod shared;
mod show;
mod unshare;

pub use self::purge::purge_deleted;
pub use self::unshare::KEPT;
use super::{CliError, Ctx, ExitCode};

/// Read what was said in a session, and work with it
///
/// The transcripts of a session are the files in which its agents store their conversations. They
/// are kept in this clone, in a repository of their own that only you can read.
///
/// Without a command, shows the conversations of a session: what a person and the agent said, and
/// one line for each call of a tool. What a subagent said is indented, and stands where the subagent
/// began. Text from the transcripts is shown as text; nothing in it can control the terminal.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    override_usage = "git ao transcript [show] [<options>] [<session>]\n   \
                      or: git ao transcript <command> [<args>]"
)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    show: show::Args,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show the conversations of a session (the default)
    Show(show::Args),

    /// Write the conversations of a session to a file, without secrets
    ///
    /// The forms are Markdown, for a pull request; an HTML page that needs nothing else and can be
    /// opened in any browser; and JSON lines, as 'git ao transcript show --json' prints them.
    ///
    /// What looks like a secret is replaced by '[REDACTED:<rule>]': known forms of tokens and keys,
    /// the values of ignored .env files and of environment variables that are named after secrets,
    /// and what matches a rule of yours, ao.redact.<name>. A secret of an unknown form stays: look
    /// at the file before you give it away.
    Export(export::Args),

    /// Add entries of your own to a session's transcripts
    ///
    /// Reads standard input: one JSON object per line, as 'git ao transcript show --json' prints
    /// them. 'role' (user, assistant, tool or system) is required. Without 'kind', an entry is a
    /// text; without 'at', it is from now. With --role, standard input is plain text, and one entry.
    ///
    /// All entries are added at once; if a line is no entry, none is.
    Append(append::Args),

    /// Capture what is new in the transcripts of sessions
    ///
    /// Copies what the agents have written since the last capture. Usually this is not necessary:
    /// it happens while an agent works, and when it has ended. Nothing is captured if
    /// ao.transcripts is false.
    ///
    /// --json prints {"version":1,"sessions":[…]}. Each session has 'id', 'outcome' (captured,
    /// not_found, no_transcript or failed), and 'bytes' and 'lines', which were new, or 'error'.
    Capture(capture::Args),

    /// Fetch the transcripts of a session that other clones have shared
    ///
    /// They are fetched by the ids that the record names, or else by their names, checked, and kept
    /// beside those of this clone.
    Fetch(shared::SharedArgs),

    /// Remove the transcripts of sessions from this machine
    ///
    /// Removes what was captured and fetched of them from the transcript store, and packs the store
    /// anew, so that no file in it has anything of them. This cannot be undone.
    ///
    /// The agents' own files stay, and so does what was shared: 'git ao transcript unshare' withdraws
    /// that, also later. A purged session is captured again only by 'git ao transcript capture', or
    /// if its agent goes on. Until then, pushes do not change what is shared of it.
    ///
    /// A session whose agent is running is refused, or, with --older-than, left out. If a purge is
    /// interrupted, the next one removes the rest.
    Purge(purge::Args),

    /// Withdraw the transcripts of a session from a remote
    ///
    /// Removes what this clone, or the one that is named, has shared with 'git ao push
    /// --transcript'. Later pushes share it no more, and the record says so. What other clones have
    /// fetched stays with them.
    Unshare(unshare::Args),
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    match args.action {
        None => show::run(&args.show, ctx),
        Some(Action::Show(args)) => show::run(&args, ctx),
        Some(Action::Export(args)) => export::run(&args, ctx),
        Some(Action::Append(args)) => append::run(&args, ctx),
        Some(Action::Capture(args)) => capture::run(&args, ctx),
        Some(Action::Fetch(args)) => fetch::run(&args, ctx),
        Some(Action::Purge(args)) => purge::run(&args, ctx),
        Some(Action::Unshare(args)) => unshare::run(&args, ctx),
    }
}

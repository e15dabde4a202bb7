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

/// Read and manage the transcripts of sessions
///
/// The transcripts of a session are the files in which its agents store their conversations. They
/// are kept in this clone, in a separate repository that only you can read.
///
/// Without a command, shows the conversations of a session: what a person and the agent said, and
/// one line for each tool call. What a subagent said is indented, and shown where the subagent
/// started. Text from a transcript cannot control the terminal.
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
    /// The formats are Markdown, for a pull request; a self-contained HTML page; and JSON lines, as
    /// printed by 'git ao transcript show --json'.
    ///
    /// What looks like a secret is replaced by '[REDACTED:<rule>]': known forms of tokens and keys,
    /// the values in ignored .env files and of environment variables that are named after secrets,
    /// and what matches one of your own rules (ao.redact.<name>). A secret of an unknown form is
    /// not replaced: check the file before you share it.
    Export(export::Args),

    /// Add your own entries to a session's transcripts
    ///
    /// Reads standard input: one JSON object per line, as printed by 'git ao transcript show
    /// --json'. 'role' (user, assistant, tool or system) is required. 'kind' is 'text' and 'at' is
    /// the current time by default. With --role, standard input is the plain text of one entry.
    ///
    /// All entries are added at once, or none if a line is not a valid entry.
    Append(append::Args),

    /// Capture what is new in the transcripts of sessions
    ///
    /// Copies what the agents have written since the last capture. This is rarely necessary,
    /// because it happens automatically while an agent works and when it has exited. Nothing is
    /// captured if ao.transcripts is false.
    ///
    /// --json prints {"version":1,"sessions":[…]}. Each session has 'id', 'outcome' (captured,
    /// not_found, no_transcript or failed), and either 'bytes' and 'lines' (how much was new) or
    /// 'error'.
    Capture(capture::Args),

    /// Fetch the transcripts of a session that other clones have shared
    ///
    /// They are fetched by the ids in the record, or else by name, checked, and stored next to
    /// those of this clone.
    Fetch(shared::SharedArgs),

    /// Remove the transcripts of sessions from this machine
    ///
    /// Removes captured and fetched transcripts from the transcript store, and repacks the store,
    /// so that none of its files contains anything of them. This cannot be undone.
    ///
    /// The agents' own files are kept, as is what was shared: 'git ao transcript unshare' can still
    /// withdraw it. A purged session is captured again only by 'git ao transcript capture', or if
    /// its agent continues. Until then, pushes do not change what is shared of it.
    ///
    /// The command fails if a session's agent is running; --older-than skips such sessions. If a
    /// purge is interrupted, the next one removes the rest.
    Purge(purge::Args),

    /// Withdraw the transcripts of a session from a remote
    ///
    /// Removes what this clone, or the clone named with --replica, has shared with 'git ao push
    /// --transcript'. Later pushes no longer share it, and the record says so. Other clones keep
    /// what they have fetched.
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

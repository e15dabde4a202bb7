use std::ffi::OsString;
use std::path::Path;

use git_ao::model::Session;
use git_ao::ops::{DiffArgs, Engine, WorkExtent};
use git_ao::store::StoreError;

use super::hints::refusals;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, interrupt, launch, open};

/// Show what a session has changed
///
/// Shows the changes between the point where the session's branch left its base and its current
/// state, including uncommitted changes and new files in its worktree. If the worktree is not in
/// this clone, only commits are compared. If the session's commits are not here either, but it was
/// landed by a squash, the changes of that commit are shown. With two sessions, such as two attempts at one task,
/// compares the current state of the first with that of the second.
///
/// All other options are those of git-diff(1). git's pager, colors and drivers apply. Paths come
/// after '--' and are relative to the top directory of the session's worktree.
#[derive(clap::Args)]
#[command(
    override_usage = "git ao diff [--committed] [<session> [<session>]] [<git diff options>] [-- <path>...]"
)]
pub struct Args {
    /// Compare only commits.
    #[arg(long)]
    committed: bool,

    /// The sessions, and options for git diff. Default: '@', the session of this worktree.
    #[arg(value_name = "session", allow_hyphen_values = true)]
    sessions: Vec<OsString>,

    /// Show only the changes of these files and directories.
    #[arg(value_name = "path", last = true)]
    paths: Vec<OsString>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    // After an option, clap takes '--' for one more.
    let dashes = args.sessions.iter().position(|word| word == "--");
    let (words, paths) = args.sessions.split_at(dashes.unwrap_or(args.sessions.len()));
    let paths = paths.iter().skip(1).chain(&args.paths).cloned().collect();
    let is_option = |word: &&OsString| word.to_string_lossy().starts_with('-');
    let first = words.iter().take_while(is_option).count();
    let (options, rest) = words.split_at(first);
    let named = rest.iter().take(2).take_while(|word| !is_option(word)).count();
    let (named, more) = rest.split_at(named);
    if let [_, _] = named
        && let Some(word) = more.first().filter(|word| !is_option(word))
    {
        return Err(refusals::third_session(word));
    }
    // With a session, every option is taken for one of git's.
    let (ours, options): (Vec<_>, Vec<_>) =
        options.iter().chain(more).cloned().partition(|option| option == "--committed");
    let extent = match args.committed || !ours.is_empty() {
        true => WorkExtent::Committed,
        false => WorkExtent::Whole,
    };
    let given = DiffArgs::new(options, paths);
    let mut named: Vec<_> = named.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if named.is_empty() {
        named.push("@".to_owned());
    }
    let mut sessions = Vec::new();
    for name in named {
        let entry = open::find(&snapshot, &store, &name).map_err(|error| {
            let is_path = Path::new(&name).exists();
            if is_path { refusals::not_a_path(error) } else { error }
        })?;
        let session = snapshot.session(&entry.location)?;
        sessions.push(session);
    }
    let engine = launch::engine(&store);
    for session in &sessions {
        warn_if_gone(ctx, &engine, session)?;
    }
    ctx.out.flush()?;
    // Git and its pager decide what ^C does.
    interrupt::watch()?;
    let status = match &sessions[..] {
        [from, to] => engine.diff_between(from, to, extent, &given)?,
        one => engine.diff(&one[0], extent, &given)?,
    };
    Ok(match status {
        Some(0) => ExitCode::Done,
        Some(1) => ExitCode::Refused,
        Some(129) => ExitCode::Usage,
        Some(_) => ExitCode::Fatal,
        None => ExitCode::Closed,
    })
}

/// Warns that the work may be more than what is shown.
fn warn_if_gone(ctx: &mut Ctx, engine: &Engine, session: &Session) -> Result<(), CliError> {
    let Some(branch) = &session.branch else { return Ok(()) };
    if let Some(commit) = engine.landed_instead(session)? {
        let (id, commit) = (session.id.short(), commit.short());
        ctx.out.warn(&format!("the commits of {id} are not here; it was landed with {commit}"));
        return Ok(());
    }
    let found = engine.store().repository().read_ref(&format!("refs/heads/{branch}"));
    let is_here = found.map_err(StoreError::from)?.is_some();
    if !is_here && session.head.is_some() {
        let branch = escape::line(branch);
        ctx.out
            .warn(&format!("the branch '{branch}' is not here; its last recorded commit is used"));
    }
    Ok(())
}

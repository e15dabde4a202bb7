use git_ao::model::{Project, SessionId};
use git_ao::ops::{Duplicates, StartAt, WorkFolder};
use git_ao::store::Store;
use git_ao::workspace::folder_of;

use super::attempts::attempt;
use super::hints::refusals;
use super::new::{NewArgs, start};
use super::prompt::TaskArgs;
use super::sharing::watched;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, launch};

/// Start a new session with its own branch, worktree and agent
///
/// The task is the agent's prompt. It is read from the arguments, a file, standard input or an
/// editor. The agent starts in the folder of its worktree that corresponds to the current one. If
/// any step fails, everything is undone, except that a new worktree is kept if it was changed in
/// the meantime.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    task: TaskArgs,

    #[command(flatten)]
    new: NewArgs,

    /// The project. Default: ao.project, or the only project in the store, or the repository's
    /// name.
    #[arg(long)]
    project: Option<Project>,

    /// Start even if another session already works on the same issue.
    #[arg(long, short)]
    force: bool,

    /// Work on an existing branch instead of a new one. For a remote branch, such as origin/topic,
    /// a local branch that tracks it is created.
    ///
    /// If the branch is checked out in a worktree, the session works there, unless another session
    /// does. Neither that worktree nor the branch is removed with the session.
    #[arg(
        long,
        value_name = "branch",
        allow_hyphen_values = true,
        conflicts_with_all = ["branch", "base", "attempts"]
    )]
    on: Option<String>,

    /// Fetch the branch to start from first.
    ///
    /// This fetches the remote branch that --base or --on names, or the upstream of a local branch.
    /// By default, it fetches the upstream of the current branch. The new branch starts at what was
    /// fetched. If the fetch fails, nothing is started.
    #[arg(long)]
    fetch: bool,

    /// Start this many sessions for the task, with a common tag.
    ///
    /// --agent may name several agents, separated by commas, which are used in turn. With --branch,
    /// -1, -2 and so on are appended to the name. All sessions are checked before the first one is
    /// started; if one of them fails to start, the earlier ones are kept. 'git ao diff <a> <b>'
    /// compares two attempts. --json prints a list, and --print-path prints one path per line.
    #[arg(
        long,
        value_name = "n",
        value_parser = clap::value_parser!(u8).range(1..=64)
    )]
    attempts: Option<u8>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    args.task.start(&store, |task| {
        let mut request = args.new.request(task);
        request.project = args.project;
        request.on = args.on;
        request.duplicates = if args.force { Duplicates::Allow } else { Duplicates::Refuse };
        if request.folder == WorkFolder::Inherited {
            request.folder = folder(ctx, &store)?;
        }
        request.spawned_by = calling_session(ctx, &store);
        if request.task.is_none() && request.title.is_none() {
            return Err(refusals::no_task("git ao spawn [<options>] [<task>...]"));
        }
        if args.fetch {
            request.start_at = StartAt::Upstream;
        }
        if args.fetch && !args.new.is_dry_run() {
            let engine = launch::engine(&store);
            watched(false, |watcher| engine.fetch_base(&request, watcher))
                .map_err(refusals::not_fetched)?;
        }
        match args.attempts {
            None => start(ctx, &store, |engine| engine.spawn_plan(request), &args.new, None),
            Some(count) => attempt(ctx, &store, (&request, usize::from(count)), &args.new),
        }
    })
}

/// Returns the folder in which this command is run.
fn folder(ctx: &mut Ctx, store: &Store) -> Result<WorkFolder, CliError> {
    Ok(match folder_of(store.repository(), &ctx.current_dir()?) {
        Ok(folder) => folder.map_or(WorkFolder::Top, WorkFolder::Below),
        Err((folder, problem)) => {
            let folder = escape::line(&folder).into_owned();
            ctx.out.hint(&format!(
                "the session works in the top directory, not in '{folder}': {problem}"
            ));
            WorkFolder::Top
        }
    })
}

/// Returns the session of the agent that runs this command, from AO_SESSION_ID in its environment.
fn calling_session(ctx: &Ctx, store: &Store) -> Option<SessionId> {
    let id = ctx.env.text("AO_SESSION_ID")?.parse().ok()?;
    store.snapshot().ok()?.contains(id).ok()?.then_some(id)
}

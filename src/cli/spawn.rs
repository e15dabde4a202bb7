use git_ao::model::{Project, SessionId};
use git_ao::ops::Duplicates;
use git_ao::store::Store;

use super::hints::refusals;
use super::new::{NewArgs, start};
use super::prompt::TaskArgs;
use super::{CliError, Ctx, ExitCode};

/// Start a new session with its own branch, worktree and agent
///
/// The task is the agent's prompt. It is read from the arguments, a file, standard input or an
/// editor. If any step fails, everything is undone; a new worktree that was changed in the meantime
/// is kept.
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
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    args.task.start(&store, |task| {
        let mut request = args.new.request(task);
        request.project = args.project;
        request.duplicates = if args.force { Duplicates::Allow } else { Duplicates::Refuse };
        request.spawned_by = calling_session(ctx, &store);
        if request.task.is_none() && request.title.is_none() {
            return Err(refusals::no_task("git ao spawn [<options>] [<task>...]"));
        }
        start(ctx, &store, |engine| engine.spawn_plan(request), &args.new)
    })
}

/// Returns the session of the agent that runs this command, from AO_SESSION_ID in its environment.
fn calling_session(ctx: &Ctx, store: &Store) -> Option<SessionId> {
    let id = ctx.env.text("AO_SESSION_ID")?.parse().ok()?;
    store.snapshot().ok()?.contains(id).ok()?.then_some(id)
}

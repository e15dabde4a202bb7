use git_ao::ops::fork_request;

use super::new::{NewArgs, start};
use super::prompt::TaskArgs;
use super::{CliError, Ctx, ExitCode, launch, open};

/// Start a session from another session's branch and conversation
///
/// The new session gets its own branch, which starts at the tip of the other session's branch. It
/// inherits the agent, issue and tags. If the agent supports it, the conversation is copied as
/// well; otherwise the agent starts with only the task. Uncommitted changes are not copied: a warning counts them, and a
/// hint shows how to copy them.
///
/// The record names the session it was forked from. The fork's event has the last event of that
/// session as its second parent, so 'git log --graph' shows the fork.
#[derive(clap::Args)]
pub struct Args {
    /// The session to fork: an id, a branch, an issue, '@' or 'latest'.
    session: String,

    #[command(flatten)]
    task: TaskArgs,

    #[command(flatten)]
    new: NewArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let parent = open::find(&snapshot, &store, &args.session)?;
    args.task.start(&store, |task| {
        let request = fork_request(&store, &snapshot, &parent, args.new.request(task))?;
        let launcher = launch::launcher(&store)?;
        start(ctx, &store, &launcher, request, &args.new)
    })
}

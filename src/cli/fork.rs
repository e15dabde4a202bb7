use super::new::{NewArgs, start};
use super::prompt::TaskArgs;
use super::{CliError, Ctx, ExitCode, open};

/// Start a session from another session's branch and conversation
///
/// The new session gets its own branch, which starts at the tip of the other session's branch. It
/// inherits the agent, issue and tags. If the agent supports it, the conversation is copied as
/// well; otherwise the agent starts with only the task. Uncommitted changes are not copied: a
/// warning counts them, and a hint shows how to copy them.
///
/// With --agent, another agent takes over. In addition to the task, it gets a summary of what the
/// first agent was asked, what it did and what it said last, as far as the transcript was captured
/// or fetched here. Secrets in the summary are replaced. It is passed in a file that only you can
/// read and that is removed once the agent has read it; it is not part of the record.
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
        let request = args.new.request(task);
        start(ctx, &store, |engine| engine.fork_plan(&parent.location, request), &args.new, None)
    })
}

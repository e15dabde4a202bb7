use git_ao::agent::Action;
use git_ao::flow::fork_request;
use git_ao::model::Session;
use git_ao::workspace::Changes;

use super::spawn::{self, NewArgs};
use super::task::TaskArgs;
use super::{CliError, Ctx, ExitCode, launch, open};

/// Start a session from another session's branch and conversation
///
/// The new session gets its own branch, which starts at the tip of the other session's branch. It
/// inherits the agent, issue and tags. If the agent supports it, the conversation is copied as
/// well; otherwise the agent starts with only the task. Uncommitted changes are not copied.
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
        spawn::start(ctx, &store, &launcher, request, &args.new)
    })
}

/// Says what of the parent came along, and what stayed behind.
pub fn say_taken(
    ctx: &mut Ctx,
    parent: &Session,
    action: Option<Action>,
    left: Option<Changes>,
) -> Result<(), CliError> {
    let id = parent.id.short();
    match action {
        Some(Action::Fork) => writeln!(ctx.out, "  it goes on from the conversation of {id}")?,
        Some(_) => writeln!(ctx.out, "  it begins a new conversation; that of {id} stays there")?,
        None => {}
    }
    if let Some(left) = left {
        ctx.out.warn(&format!(
            "it begins at the last commit of {id}: what is not committed stays there ({left})"
        ));
    }
    Ok(())
}

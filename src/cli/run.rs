use std::io::IsTerminal as _;

use git_ao::agent::Action;
use git_ao::model::{SessionId, Timestamp};
use git_ao::ops::{Caller, Run};

use super::hints::refusals;
use super::look_after::look_after;
use super::{CliError, Ctx, ExitCode, launch};

/// Run a session's agent and record how it ends (used by the runtimes)
///
/// tmux and the other runtimes call this. On the command line, in a session's worktree, it runs the
/// agent in this terminal.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The id of the session.
    session: SessionId,

    /// Wait until the caller has recorded the session.
    #[arg(long)]
    wait: bool,

    /// With --wait: run only if the session's placement has this time.
    #[arg(long, value_name = "time", requires = "wait")]
    placed: Option<Timestamp>,

    /// Continue the agent's own conversation.
    #[arg(long)]
    resume: bool,

    /// Start from a copy of the parent session's conversation.
    #[arg(long, conflicts_with = "resume")]
    fork: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.lasting_store()?;
    let action = match (args.resume, args.fork) {
        (true, _) => Action::Resume,
        (_, true) => Action::Fork,
        _ => Action::Launch,
    };
    if !args.wait && !std::io::stdin().is_terminal() {
        return Err(refusals::no_terminal_to_run(args.session));
    }
    let turn = if args.wait { Caller::Runtime(args.placed) } else { Caller::Terminal };
    look_after(&launch::engine(&store), Run::new(args.session, action, turn))
}

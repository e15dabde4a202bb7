use std::io::IsTerminal as _;

use git_ao::agent::Action;
use git_ao::flow::{Launcher, Run, Turn};
use git_ao::model::{SessionId, Timestamp};
use git_ao::runtime::{Ended, Reins};
use git_ao::store::Store;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use super::interrupt::Interrupted;
use super::{CliError, Ctx, ExitCode, launch};

/// Start a session's agent and stay with it until it ends
///
/// This is what tmux and the other runtimes start. By hand, in a session's worktree, it runs the
/// agent in this terminal.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The session's id.
    session: SessionId,

    /// Wait until whoever asked for it has written the session down.
    #[arg(long)]
    wait: bool,

    /// With --wait: run it only if the session has a placement of this time.
    #[arg(long, value_name = "time", requires = "wait")]
    placed: Option<Timestamp>,

    /// Go on with the agent's own conversation.
    #[arg(long)]
    resume: bool,

    /// Begin with a copy of the conversation of the session it was forked from.
    #[arg(long, conflicts_with = "resume")]
    fork: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let action = match (args.resume, args.fork) {
        (true, _) => Action::Resume,
        (_, true) => Action::Fork,
        _ => Action::Launch,
    };
    if !args.wait && !std::io::stdin().is_terminal() {
        return Err(CliError::refused("there is no terminal for the agent")
            .hint("git ao restore starts it without one"));
    }
    let turn = if args.wait { Turn::Started(args.placed) } else { Turn::ByHand };
    let launcher = launch::launcher(&store)?;
    look_after(&store, &launcher, Run { session: args.session, action, turn }, None)
}

/// Runs the agent. Signals to this program are the agent's once it is its turn.
pub fn look_after(
    store: &Store,
    launcher: &Launcher,
    run: Run,
    before: Option<&Interrupted>,
) -> Result<ExitCode, CliError> {
    let runner = run.wait_for_turn(store.repository())?;
    let signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT])
        .map_err(|error| CliError::fatal("cannot watch for signals").because(&error))?;
    let mut signals = Some(signals);
    let mut watch = |reins: Reins| {
        let Some(mut signals) = signals.take() else { return };
        if before.is_some_and(Interrupted::is_set) {
            // It ended in this moment by itself, or it is asked to.
            let _ = reins.end();
        }
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // One that cannot be passed on is lost; the agent goes on.
                let _ = reins.pass(signal);
            }
        });
    };
    let output = Box::new(std::io::stdout());
    match runner.run(store, launcher, output, &mut watch)? {
        Ended::Exit(0) => Ok(ExitCode::Done),
        Ended::Exit(_) | Ended::Signal(_) => Ok(ExitCode::Refused),
    }
}

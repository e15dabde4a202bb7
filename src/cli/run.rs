use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use git_ao::agent::Action;
use git_ao::flow::{Interrupt, Launcher, Run, Turn, log_file, log_limit};
use git_ao::model::{SessionId, Timestamp};
use git_ao::runtime::{Ended, Log, Reins};
use git_ao::store::Store;
use rustix::stdio::{dup2_stderr, dup2_stdout};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::interrupt::{self, Interrupted};
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
    let failed = |error: io::Error| CliError::fatal("cannot watch for signals").because(&error);
    let passed = interrupt::heeded([SIGTERM, SIGHUP, SIGINT, SIGQUIT]);
    let mut signals = Some(Signals::new(passed).map_err(failed)?);
    // A log that may not grow (setrlimit(2)) is no reason to end: the write fails then.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    let mut watch = |reins: Reins| {
        let Some(mut signals) = signals.take() else { return };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // One that cannot be passed on is lost; the agent goes on.
                let _ = reins.pass(signal);
            }
        });
    };
    let is_set = || before.is_some_and(Interrupted::is_set);
    let output = output(store, run.session);
    match runner.run(store, launcher, output, &Interrupt::new(&is_set), &mut watch)? {
        Ended::Exit(0) => Ok(ExitCode::Done),
        Ended::Exit(_) | Ended::Signal(_) => Ok(ExitCode::Refused),
    }
}

/// Where the output of an agent without a terminal goes: this program's own, kept within the limit
/// where that is the session's log.
fn output(store: &Store, session: SessionId) -> Box<dyn Write + Send> {
    let repo = store.repository();
    let log = log_file(repo, session).ok().filter(|path| is_stdout(path));
    let log = log.and_then(|path| Log::open(&path, log_limit(repo), Box::new(go_on_in)).ok());
    match log {
        Some(log) => Box::new(log),
        None => Box::new(io::stdout()),
    }
}

fn is_stdout(path: &Path) -> bool {
    let same = |file: File| {
        let (own, log) = (file.metadata()?, path.metadata()?);
        Ok::<_, io::Error>((own.dev(), own.ino()) == (log.dev(), log.ino()))
    };
    let own = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    own.and_then(same).unwrap_or(false)
}

/// What this program itself has to say is in the log, too.
fn go_on_in(file: &File) {
    // Where this fails it is said at the end of the last file.
    let _ = dup2_stdout(file).and_then(|()| dup2_stderr(file));
}

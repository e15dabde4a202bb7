use git_ao::ops::{self, Killed, Remain, elsewhere};
use git_ao::runtime::Stopped;
use git_ao::store::{Key, Shelf, Store};

use super::change::{self, ChangeArgs};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, interrupt, launch};

/// Stop a session's agent and end the session
///
/// The worktree, the branch and the record are kept, so 'git ao restore' can restart the session.
/// If the session has already ended, its status is kept, and any process that is still running is
/// stopped. A session whose agent has vanished, or could not be started, is marked as killed;
/// 'git ao status' then no longer shows it.
///
/// The agent is found by its process, even if its supervisor was killed or its tmux server cannot
/// be reached. The command is refused if the agent runs in another clone, or if its state cannot be
/// determined. --force then marks the session as killed, and does not stop the agent.
///
/// Processes that the agent started and that outlive it are listed; they are recognized by the
/// session's id in their environment. --all-processes also stops those that work in the session's
/// worktree. Others may be daemons that several sessions share.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,

    /// Also stop the processes that the agent left running in its worktree.
    #[arg(long)]
    all_processes: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = Key::from(&args.change.find(&store)?.location);
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.interrupt());
    let killed = engine
        .kill(&key, &args.change.say())
        .map_err(|error| interrupted.explain(error, NOTHING_DONE))?;
    let session = &killed.changed.session;
    let ended = match args.all_processes {
        true => ops::end_remains(&store, session)?,
        false => Vec::new(),
    };
    let code = report(ctx, &store, &killed)?;
    for remain in &ended {
        writeln!(ctx.out, "  {} was stopped", name(remain))?;
    }
    Ok(code)
}

fn name(remain: &Remain) -> String {
    let process = &remain.carrier;
    format!("process {} ({})", process.process.pid(), escape::line(&process.name))
}

/// Warns of processes that outlived the agent.
fn warn_of_remains(ctx: &mut Ctx, store: &Store, killed: &Killed) {
    let session = &killed.changed.session;
    let remains = ops::remains(store, session);
    for remain in &remains {
        let place = match (remain.is_inside, &remain.carrier.directory) {
            (true, _) => "in the worktree".to_owned(),
            (false, Some(path)) => format!("in '{}'", escape::os(path.as_os_str())),
            (false, None) => "elsewhere".to_owned(),
        };
        ctx.out.warn(&format!("{}, started by its agent, is still running {place}", name(remain)));
    }
    if remains.iter().any(|remain| remain.is_inside) {
        let id = session.id.short();
        ctx.out.hint(&format!("to stop those in the worktree: git ao kill --all-processes {id}"));
    }
}

/// The message if the interrupt came in time.
pub const NOTHING_DONE: &str = "interrupted; the session was not changed";

/// Prints what was stopped, and what had already ended.
pub fn report(ctx: &mut Ctx, store: &Store, killed: &Killed) -> Result<ExitCode, CliError> {
    let session = &killed.changed.session;
    let short = session.id.short();
    match (killed.shelf, &killed.changed.event) {
        (Shelf::Archived, _) => {
            writeln!(ctx.out, "session {short} is already archived ({})", session.status)?;
        }
        (Shelf::Active, None) => {
            writeln!(ctx.out, "session {short} has already ended ({})", session.status)?;
        }
        (Shelf::Active, Some(_)) => drop(change::report(ctx, &killed.changed)?),
    }
    match killed.stopped {
        Some(Stopped::Ended) => writeln!(ctx.out, "  its agent was stopped")?,
        Some(Stopped::Killed) => {
            writeln!(ctx.out, "  its agent did not stop when asked, and was killed")?;
        }
        Some(Stopped::AlreadyGone) => {}
        None => ctx.out.warn("cannot determine whether its agent is alive; it was not stopped"),
    }
    if let Some(replica) = elsewhere(store, session).filter(|_| killed.changed.event.is_some()) {
        ctx.out.warn(&format!("it may still be running on '{replica}'"));
    }
    // If the agent may still be running, the processes may be its children.
    if killed.stopped.is_some() {
        warn_of_remains(ctx, store, killed);
    }
    Ok(ExitCode::Done)
}

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use git_ao::model::Session;
use git_ao::ops::{AgentStateError, OpsError, RunningAgent, last_screen, log_file};
use git_ao::runtime::{Probe, RuntimeError};
use git_ao::store::{Entry, Snapshot, Store};

use super::hints::refusals;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, interrupt, launch, open};

/// Attach to a session's terminal, or follow its output
///
/// Without a session, attaches to the one in this clone that has waited for you the longest.
/// Sessions that ask something come first, then those that are blocked, ready or idle. If none
/// waits, attaches to the session of this worktree. --next attaches to the one that follows the
/// session of this worktree in the same order, so that repeating it visits all of them. In tmux,
/// this can be bound to a key:
///
///     bind-key N run-shell 'cd "#{pane_current_path}" && git ao attach --next 2>&1 || true'
///
/// If the agent runs in tmux, this terminal is attached to it; inside the same tmux server, the
/// client is switched to it. If the agent has no terminal, its output is followed until the agent
/// ends or you press ^C. If an agent in tmux has ended, the last lines of its terminal are printed.
///
/// The output of an agent without a terminal is kept in ao/log/<id>.log in the git directory. It is
/// capped at ao.logLimit (64m by default; 0 means no limit): the beginning is kept in
/// <id>.log-first, older output in <id>.log-old, and the first line of <id>.log says how much was
/// dropped.
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default: the one that has waited for you the longest.
    session: Option<String>,

    /// Go to the next session that waits for you.
    #[arg(long, conflicts_with = "session")]
    next: bool,
}

/// How often to check for new output.
const PAUSE: Duration = Duration::from_millis(100);

/// How much of the earlier output is shown, in bytes.
const TAIL: u64 = 64 * 1024;

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let entry = match &args.session {
        Some(session) => open::find(&snapshot, &store, session)?,
        None => waiting(&snapshot, &store, args.next)?,
    };
    let session = snapshot.session(&entry.location)?;
    let log = || log_file(store.repository(), session.id);
    let reached = match launch::engine(&store).find_running(&session) {
        Err(error @ OpsError::AgentState(AgentStateError::Gone { .. })) => {
            let error = CliError::from(error);
            if let Some(screen) = last_screen(store.repository(), session.id)? {
                ctx.out.text(&escape::block(&screen))?;
                return Err(error);
            }
            return Err(match log()? {
                path if path.is_file() => refusals::output_in(error, &path),
                _ => error,
            });
        }
        reached => reached?,
    };
    match reached.runtime.attach(&session.id, &reached.handle) {
        Ok(attach) => {
            let switches = attach.argv.iter().any(|arg| arg == "switch-client");
            if !switches && !io::stdin().is_terminal() {
                return Err(refusals::no_terminal_to_attach(session.id));
            }
            ctx.out.flush()?;
            Err(attach.exec().into())
        }
        Err(RuntimeError::Unsupported { .. }) if reached.runtime.name() == "detached" => {
            follow(&log()?, &reached, &session, ctx)
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns the session that has waited longest, or the one after the session of this worktree.
fn waiting(snapshot: &Snapshot<'_>, store: &Store, is_next: bool) -> Result<Entry, CliError> {
    let here = open::find(snapshot, store, "@");
    let engine = launch::engine(store);
    let (listing, _) = engine.present_sessions(snapshot);
    let sessions: Vec<_> =
        listing.sessions.iter().filter_map(|it| it.session.as_ref().ok()).collect();
    let attention = engine.attention(&sessions);
    let mut waiting: Vec<_> =
        sessions.into_iter().zip(attention).filter(|(_, it)| it.standing.waits()).collect();
    waiting.sort_by_key(|(_, it)| it.order());
    let mut ids: Vec<_> = waiting.iter().map(|(session, _)| session.id).collect();
    if is_next && let Ok(here) = &here {
        // Those after the present one come first, and it does not come at all.
        if let Some(at) = ids.iter().position(|id| *id == here.location.id) {
            ids.rotate_left(at);
            ids.remove(0);
        }
    }
    match ids.first() {
        Some(id) => Ok(snapshot.get(*id)?),
        None if is_next => Err(refusals::no_session_waits("no other session waits for you")),
        None => here.map_err(|_| refusals::no_session_waits("no session waits for you")),
    }
}

/// Follows the output until the agent ends.
fn follow(
    path: &Path,
    reached: &RunningAgent,
    session: &Session,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let interrupted = interrupt::watch()?;
    let name = escape::os(path.as_os_str());
    let failed =
        |error: io::Error| CliError::fatal(format!("cannot read '{name}'")).because(&error);
    ctx.out.hint(&format!("the agent has no terminal; following its output in {name}"));
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(failed)?;
    loop {
        // Probe before reading, so that the last output is still read after the agent has ended.
        let alive = match reached.runtime.probe(&session.id, &reached.handle) {
            Probe::Alive { .. } | Probe::Unknown(_) => true,
            Probe::Gone => false,
        };
        // Check for a new log file before reading: the old one no longer grows once it is replaced.
        let next = next(path, &mut file).map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        if ctx.out.is_terminal() {
            ctx.out.text(&escape::block(&String::from_utf8_lossy(&bytes)))?;
        } else {
            ctx.out.bytes(&bytes)?;
        }
        ctx.out.flush()?;
        if interrupted.is_set() {
            return Ok(ExitCode::Done);
        }
        match next {
            Some(next) => file = next,
            None if !alive => return Ok(ExitCode::Done),
            None => thread::sleep(PAUSE),
        }
    }
}

/// Returns the new log file if the log was rotated. A truncated file is read again from its start.
fn next(path: &Path, file: &mut File) -> io::Result<Option<File>> {
    let next = match File::open(path) {
        // The file is being replaced, or was removed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        next => next?,
    };
    let (new, old) = (next.metadata()?, file.metadata()?);
    if (new.dev(), new.ino()) != (old.dev(), old.ino()) {
        return Ok(Some(next));
    }
    if new.len() < file.stream_position()? {
        file.rewind()?;
    }
    Ok(None)
}

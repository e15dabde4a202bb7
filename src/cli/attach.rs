use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use git_ao::flow::{FlowError, Reached, last_screen, log_file, reach};
use git_ao::model::Session;
use git_ao::runtime::{Probe, RuntimeError};

use super::ui::escape;
use super::{CliError, Ctx, ExitCode, interrupt, open};

/// Go to a session's agent
///
/// In tmux, this terminal is attached to it, or switched to it where it is inside the same tmux. An
/// agent without a terminal cannot be attached to: its output is shown as it comes instead, until it
/// ends or ^C is pressed.
///
/// Of an agent in tmux that has ended, the end of what its terminal showed is printed.
///
/// The output of one without a terminal is kept in the git directory, in ao/log/<id>.log. Of more than ao.logLimit allows (64m
/// by default, 0 for no limit) the beginning is in <id>.log-first, what came before the newest in
/// <id>.log-old, and the first line of the newest says how much is missing.
#[derive(clap::Args)]
pub struct Args {
    /// The session; by default '@', the session of this worktree.
    session: Option<String>,
}

/// How often what was printed is looked for.
const PAUSE: Duration = Duration::from_millis(100);

/// How much of what was printed before is shown.
const TAIL: u64 = 64 * 1024;

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let entry = open::find(&snapshot, &store, args.session.as_deref().unwrap_or("@"))?;
    let session = snapshot.session(&entry.location)?;
    let log = || log_file(store.repository(), session.id);
    let reached = match reach(&store, &session) {
        Err(error @ FlowError::AgentGone { .. }) => {
            let error = CliError::from(error);
            if let Some(screen) = last_screen(store.repository(), session.id)? {
                ctx.out.text(&escape::block(&screen))?;
                return Err(error);
            }
            return Err(match log()? {
                path if path.is_file() => {
                    let path = escape::os(path.as_os_str());
                    error.hint(format!("what it printed without a terminal is in {path}"))
                }
                _ => error,
            });
        }
        reached => reached?,
    };
    match reached.runtime.attach(&session.id, &reached.handle) {
        Ok(attach) => {
            if !io::stdin().is_terminal() {
                let refused = CliError::refused("standard input is not a terminal");
                return Err(refused.hint("git ao send types a text into a session"));
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

/// Shows what is printed, to the end of the agent.
fn follow(
    path: &Path,
    reached: &Reached,
    session: &Session,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let interrupted = interrupt::watch()?;
    let name = escape::os(path.as_os_str());
    let failed =
        |error: io::Error| CliError::fatal(format!("cannot read '{name}'")).because(&error);
    ctx.out.hint(&format!("it has no terminal to attach to; this follows its output, {name}"));
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(failed)?;
    loop {
        // Asked before reading: what was printed until its end is read once more after it.
        let alive = match reached.runtime.probe(&session.id, &reached.handle) {
            Probe::Alive { .. } | Probe::Unknown(_) => true,
            Probe::Gone => false,
        };
        // Likewise: nothing more is written to a file that the log has left.
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

/// The file in which the log goes on, where that is another one. A file that was cut off is read
/// from its start again.
fn next(path: &Path, file: &mut File) -> io::Result<Option<File>> {
    let next = match File::open(path) {
        // Just being replaced, or removed.
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

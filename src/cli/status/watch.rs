use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use git_ao::store::{Store, Watch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::rows;
use super::view::{Request, View};
use crate::cli::hints::refusals;
use crate::cli::interrupt::{self, Interrupted};
use crate::cli::ui::Style;
use crate::cli::{CliError, Ctx, ExitCode};

/// The time between two looks at the store's refs.
const STEP: Duration = Duration::from_millis(200);

/// Refreshes the status in place, on the terminal's alternate screen, until `q` or a signal.
pub fn watch(
    request: &Request<'_>,
    interval: Duration,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(refusals::no_terminal_to_watch());
    }
    let interrupted = interrupt::watch()?;
    let keys = Keys::take()?;
    ctx.out.text("\x1b[?1049h\x1b[?25l")?;
    let ended = draw_all(request, interval, ctx, &interrupted);
    let left = ctx.out.text("\x1b[?25h\x1b[?1049l").and_then(|()| ctx.out.flush());
    drop(keys);
    ended?;
    left?;
    Ok(ExitCode::Done)
}

fn draw_all(
    request: &Request<'_>,
    interval: Duration,
    ctx: &mut Ctx,
    interrupted: &Interrupted,
) -> Result<(), CliError> {
    loop {
        // Reopen the store: the configuration may have changed.
        let store = ctx.store()?;
        // Refs that cannot be read are reported with the view.
        let mut changes = store.newest().ok().map(|newest| store.watch(newest));
        let view = View::look(request, &store, ctx)?;
        draw(&view, &store, ctx)?;
        if wait(interval, changes.as_mut(), interrupted)? == Wish::Leave {
            return Ok(());
        }
    }
}

/// Draws over the previous contents: clearing the screen first would flicker.
fn draw(view: &View, store: &Store, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut lines = rows::lines(&view.status, &ctx.out, store.clock().now());
    for problem in view.status.problems() {
        lines.extend(problem.lines().map(|line| ctx.out.paint(Style::Failed, line) + "\n"));
    }
    if view.is_empty() {
        lines.push("there are no sessions\n".to_owned());
    }
    let height = tcgetwinsize(io::stdout()).map_or(24, |size| usize::from(size.ws_row).max(2));
    let foot = ctx.out.paint(Style::Dim, "q: leave");
    let skipped = lines.len().saturating_sub(height - 1);
    lines.truncate(height - 1);
    ctx.out.text("\x1b[H")?;
    for line in &lines {
        ctx.out.text(&line.replace('\n', "\x1b[K\r\n"))?;
    }
    let more = if skipped > 0 { format!("{skipped} more lines; ") } else { String::new() };
    write!(ctx.out, "{more}{foot}\x1b[K\x1b[J")?;
    Ok(ctx.out.flush()?)
}

#[derive(PartialEq, Eq)]
enum Wish {
    Look,
    Leave,
}

/// Waits for the interval to pass, for a change of the store, or for a key.
fn wait(
    interval: Duration,
    mut changes: Option<&mut Watch>,
    interrupted: &Interrupted,
) -> Result<Wish, CliError> {
    let end = Instant::now() + interval;
    loop {
        if interrupted.is_set() {
            return Ok(Wish::Leave);
        }
        let left = end.saturating_duration_since(Instant::now());
        let is_over = left.is_zero();
        let left = if changes.is_some() { left.min(STEP) } else { left };
        let left = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let stdin = io::stdin();
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&left)) {
            Ok(0) => {
                let has_changed = |watch: &mut &mut Watch| !matches!(watch.poll(), Ok(None));
                if is_over || changes.as_mut().is_none_or(has_changed) {
                    return Ok(Wish::Look);
                }
            }
            Ok(_) => {
                if let Some(wish) = wish() {
                    return Ok(wish);
                }
            }
            Err(Errno::INTR) => {}
            Err(error) => {
                return Err(CliError::fatal("cannot read the keyboard").because(&error));
            }
        }
    }
}

/// Reads the pressed keys. The end of input means that the terminal is gone.
fn wish() -> Option<Wish> {
    let mut keys = [0; 32];
    match rustix::io::read(io::stdin(), &mut keys) {
        Ok(0) => Some(Wish::Leave),
        Ok(count) => {
            keys[..count].iter().any(|key| matches!(key, b'q' | b'Q')).then_some(Wish::Leave)
        }
        Err(Errno::INTR) => None,
        Err(_) => Some(Wish::Leave),
    }
}

/// Turns off echo and line buffering of the terminal. Dropping this restores the terminal.
struct Keys(Termios);

impl Keys {
    fn take() -> Result<Self, CliError> {
        let failed = |error: Errno| CliError::fatal("cannot set up the terminal").because(&error);
        let before = tcgetattr(io::stdin()).map_err(failed)?;
        let mut keys = before.clone();
        keys.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &keys).map_err(failed)?;
        Ok(Self(before))
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A failure here can be neither reported nor fixed.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

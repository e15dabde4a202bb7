use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use git_ao::ops::Signs;
use git_ao::store::Store;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::frame::Frame;
use super::rows::{self, Lines};
use super::view::{Request, View};
use crate::cli::hints::refusals;
use crate::cli::interrupt::{self, Interrupted};
use crate::cli::ui::{Style, cut, escape};
use crate::cli::{CliError, Ctx, ExitCode, launch};

/// The time between two looks for signs of a change.
const STEP: Duration = Duration::from_millis(200);

/// The least time between two views: agents that work give signs all the time.
const REST: Duration = Duration::from_millis(600);

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
    let mut frame = Frame::default();
    loop {
        // Reopen the store: the configuration may have changed.
        let store = ctx.store()?;
        // Refs that cannot be read are reported with the view.
        let mut signs = launch::engine(&store).signs().ok();
        let view = View::look(request, &store, ctx)?;
        let (height, width) = tcgetwinsize(io::stdout())
            .ok()
            .filter(|size| size.ws_row > 1 && size.ws_col > 0)
            .map_or((24, 80), |size| (size.ws_row.into(), size.ws_col.into()));
        ctx.out.set_width(width);
        let lines = lines(&view, &store, ctx, (height, width));
        ctx.out.text(&frame.update(lines, (height, width)))?;
        ctx.out.flush()?;
        if wait(interval, signs.as_mut(), interrupted)? == Wish::Leave {
            return Ok(());
        }
    }
}

/// Returns the lines of the screen. If there are too many, the last rows of the table are left out.
fn lines(view: &View, store: &Store, ctx: &Ctx, (height, width): (usize, usize)) -> Vec<String> {
    let Lines { mut table, mut below } = rows::lines(&view.status, &ctx.out, store.clock().now());
    for problem in view.status.problems() {
        let cut = problem.lines().map(|line| cut(&escape::line(line), width).into_owned());
        below.extend(cut.map(|line| ctx.out.paint_escaped(Style::Failed, &line)));
    }
    if view.is_empty() {
        below.push("there are no sessions".to_owned());
    }
    below.push(ctx.out.paint(Style::Dim, "q: leave"));
    let room = height.saturating_sub(below.len()).max(2);
    let skipped = table.len().saturating_sub(room - 1);
    if table.len() > room {
        table.truncate(room - 1);
        table.push(format!("and {skipped} more"));
    }
    table.extend(below);
    table.truncate(height);
    table
}

#[derive(PartialEq, Eq)]
enum Wish {
    Look,
    Leave,
}

/// Waits for the interval to pass, for a sign of a change, or for a key.
fn wait(
    interval: Duration,
    mut signs: Option<&mut Signs>,
    interrupted: &Interrupted,
) -> Result<Wish, CliError> {
    let start = Instant::now();
    let (end, earliest) = (start + interval, start + REST.min(interval));
    let mut has_sign = false;
    loop {
        if interrupted.is_set() {
            return Ok(Wish::Leave);
        }
        let left = end.saturating_duration_since(Instant::now());
        let is_over = left.is_zero();
        let left = if signs.is_some() { left.min(STEP) } else { left };
        let left = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let stdin = io::stdin();
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&left)) {
            Ok(0) => {
                has_sign |= signs.as_mut().is_some_and(|signs| signs.seen());
                if is_over || has_sign && Instant::now() >= earliest {
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

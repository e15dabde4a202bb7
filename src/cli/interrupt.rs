//! ^C during a verb that must undo what it did.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use git_ao::ops::{Interrupt, OpsError};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::hints::with_kept;
use super::ui::message;
use super::{CliError, ExitCode};

/// Tells whether the program was asked to end since it began to watch.
pub struct Interrupted(Arc<AtomicUsize>);

impl Interrupted {
    pub fn is_set(&self) -> bool {
        self.signal().is_some()
    }

    /// The last signal that asked for it.
    pub fn signal(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }

    /// The program was asked to end, and `message` says what became of what it did.
    pub fn error(&self, message: &str) -> CliError {
        let code = ExitCode::Signalled(self.signal().unwrap_or(SIGINT as u8));
        CliError::refused(message).with_code(code)
    }

    /// What is said when a verb fails; `message` where it was interrupted: ^C ends the git processes
    /// that it runs, too, and what they say of that is not why it failed.
    pub fn explain(&self, error: OpsError, message: &str) -> CliError {
        match error {
            OpsError::Kept { path, .. } if self.is_set() => {
                with_kept(self.error("interrupted"), &path)
            }
            _ if self.is_set() => self.error(message),
            error => error.into(),
        }
    }
}

/// An interrupt that also shows git's progress, at a terminal.
pub fn shown(is_set: &dyn Fn() -> bool) -> Interrupt<'_> {
    match io::stderr().is_terminal() {
        true => Interrupt::new(is_set).with_progress(&message::progress),
        false => Interrupt::new(is_set),
    }
}

/// From here on, a signal to end is only noted. What git process runs gets the terminal's ^C
/// too, and ends by itself. A signal that the caller has ignored, as nohup does, stays ignored.
pub fn watch() -> Result<Interrupted, CliError> {
    let last = Arc::new(AtomicUsize::new(0));
    for signal in heeded([SIGINT, SIGTERM, SIGHUP]) {
        signal_hook::flag::register_usize(signal, Arc::clone(&last), signal as usize)
            .map_err(|error| CliError::fatal("cannot handle signals").because(&error))?;
    }
    Ok(Interrupted(last))
}

/// Those of these signals that the caller has not ignored.
pub fn heeded(signals: impl IntoIterator<Item = i32>) -> impl Iterator<Item = i32> {
    let ignored = ignored();
    signals.into_iter().filter(move |number| ignored & (1 << (number - 1)) == 0)
}

/// The signals that are ignored, a bit for each, where the system says so (proc_pid_status(5)).
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

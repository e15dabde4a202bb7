//! Handles ^C in verbs that must roll back.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use git_ao::ops::{Interrupt, OpsError};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::hints::with_kept;
use super::ui::message;
use super::{CliError, ExitCode};

/// Tells whether a signal asked the program to exit since [`watch`].
pub struct Interrupted(Arc<AtomicUsize>);

impl Interrupted {
    pub fn is_set(&self) -> bool {
        self.signal().is_some()
    }

    /// Returns the last such signal.
    pub fn signal(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }

    /// Returns the interrupt for an engine.
    pub fn interrupt(&self) -> Interrupt {
        let signal = Arc::clone(&self.0);
        Interrupt::new(move || signal.load(Ordering::Relaxed) != 0)
    }

    /// Returns the same, and shows git's progress on a terminal.
    pub fn shown(&self) -> Interrupt {
        match io::stderr().is_terminal() {
            true => self.interrupt().with_progress(message::progress),
            false => self.interrupt(),
        }
    }

    /// Returns the error of an interrupted verb. `message` describes what it had done.
    pub fn error(&self, message: &str) -> CliError {
        let code = ExitCode::Signalled(self.signal().unwrap_or(SIGINT as u8));
        CliError::refused(message).with_code(code)
    }

    /// Returns the error of a failed verb, with `message` if it was interrupted: ^C also ends git's
    /// processes, and their errors are not the cause.
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

/// Begins to record signals to exit instead of obeying them. Git's processes get the terminal's ^C
/// too, and exit by themselves. A signal that the caller ignores, as nohup does, stays ignored.
pub fn watch() -> Result<Interrupted, CliError> {
    let last = Arc::new(AtomicUsize::new(0));
    for signal in heeded([SIGINT, SIGTERM, SIGHUP]) {
        signal_hook::flag::register_usize(signal, Arc::clone(&last), signal as usize)
            .map_err(|error| CliError::fatal("cannot handle signals").because(&error))?;
    }
    Ok(Interrupted(last))
}

/// Returns those of the signals that the caller does not ignore.
pub fn heeded(signals: impl IntoIterator<Item = i32>) -> impl Iterator<Item = i32> {
    let ignored = ignored();
    signals.into_iter().filter(move |number| ignored & (1 << (number - 1)) == 0)
}

/// Returns the ignored signals as a bit mask, or 0 if the system does not report them
/// (proc_pid_status(5)).
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

//! ^C during a flow that must undo what it did.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::CliError;

/// Tells whether the program was asked to end since it began to watch.
pub struct Interrupted(Arc<AtomicBool>);

impl Interrupted {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// From here on, a signal to end only sets a flag. What git process runs gets the terminal's ^C
/// too, and ends by itself. A signal that the caller has ignored, as nohup does, stays ignored.
pub fn watch() -> Result<Interrupted, CliError> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in heeded([SIGINT, SIGTERM, SIGHUP]) {
        signal_hook::flag::register(signal, Arc::clone(&flag))
            .map_err(|error| CliError::fatal("cannot watch for signals").because(&error))?;
    }
    Ok(Interrupted(flag))
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

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
/// too, and ends by itself.
pub fn watch() -> Result<Interrupted, CliError> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag))
            .map_err(|error| CliError::fatal("cannot watch for signals").because(&error))?;
    }
    Ok(Interrupted(flag))
}

use std::io;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

use super::Process;

/// The settings of the terminal on standard input, if there is one.
pub(super) struct Settings(Option<Termios>);

impl Settings {
    pub fn now() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }

    /// Restores the settings, which a killed program may have left changed.
    pub fn put_back(self) {
        let Some(settings) = self.0 else { return };
        // Only in the foreground: tcsetattr(3) stops a background process with SIGTTOU.
        let front = tcgetpgrp(io::stdin()).map(|group| group.as_raw_pid().cast_unsigned());
        let own = Process::current().ok().and_then(|process| process.group());
        if front.ok().is_some_and(|front| Some(front) == own) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &settings);
        }
    }
}

use std::io::{self, Write};

use crate::model::SessionId;
use crate::ops::common::inherited_output::{inherited_output, is_log, is_on_terminal};
use crate::ops::common::log_file;
use crate::runtime::Log;
use crate::store::Store;

/// Where the output of a setup goes, beside the session's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) enum SetupScreen {
    /// The standard output of this process, if it is a terminal.
    Own,
    /// Nowhere.
    Nothing,
}

pub(super) fn setup_output(
    store: &Store,
    session: SessionId,
    screen: SetupScreen,
) -> Box<dyn Write + Send> {
    let is_terminal = is_on_terminal();
    if screen == SetupScreen::Own && !is_terminal && is_log(store, session) {
        return inherited_output(store, session);
    }
    let limit = store.repository().settings().log_limit();
    let path = log_file(store.repository(), session).ok();
    let log = path.and_then(|path| Log::open(&path, limit, Box::new(|_| {})).ok());
    // A setup whose output is lost is better than none.
    let log = log.map_or_else(|| Box::new(io::sink()) as Box<dyn Write + Send>, |it| Box::new(it));
    match screen {
        SetupScreen::Own if is_terminal => {
            Box::new(Both { log, screen: inherited_output(store, session) })
        }
        _ => log,
    }
}

struct Both {
    log: Box<dyn Write + Send>,
    screen: Box<dyn Write + Send>,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The terminal may be gone.
        let _ = self.screen.write_all(bytes);
        self.log.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.log.flush()
    }
}

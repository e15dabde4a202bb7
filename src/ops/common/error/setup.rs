use std::time::Duration;

use crate::model::{ErrorKind, Recovery};

/// The setup or the teardown of a worktree failed. The worktree stays as it is then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A command ended with an error.
    #[error("{what} {end}{}", after(last))]
    Failed {
        /// The command.
        what: String,
        /// How it ended.
        end: String,
        /// The last line that it printed; may be empty.
        last: String,
    },
    /// A command did not end in time, and was killed.
    #[error("{what} did not end within {} seconds{}", limit.as_secs(), after(last))]
    TimedOut {
        /// The command.
        what: String,
        /// The limit, `ao.setupTimeout`.
        limit: Duration,
        /// The last line that it printed; may be empty.
        last: String,
    },
    /// A command wanted to read from a terminal, and was killed.
    #[error("{what} wants to read from a terminal, and has none{}", after(last))]
    NeedsTerminal {
        /// The command.
        what: String,
        /// The last line that it printed; may be empty.
        last: String,
    },
}

fn after(last: &str) -> String {
    let last = last.trim();
    if last.is_empty() { String::new() } else { format!(": {last}") }
}

impl SetupError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Failed
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

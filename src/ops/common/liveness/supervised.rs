use std::fmt;
use std::str::FromStr;

use crate::runtime::{InvalidProcess, Process};

/// The process that supervises an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupervisorProcess {
    /// A process that does nothing else, and is stopped with the agent.
    Own(Process),
    /// A process that also does other work, such as an orchestrator. It must never be stopped.
    Shared(Process),
}

impl SupervisorProcess {
    /// Returns the process.
    pub fn process(&self) -> &Process {
        match self {
            Self::Own(process) | Self::Shared(process) => process,
        }
    }

    /// Returns the process if it may be stopped. This process does not stop itself.
    pub fn stoppable(&self) -> Option<&Process> {
        match self {
            Self::Own(process) if !process.is_current() => Some(process),
            Self::Own(_) | Self::Shared(_) => None,
        }
    }
}

/// Formats it as `<process>`, or as `shared <process>`, which an older git-ao does not take for a
/// process.
impl fmt::Display for SupervisorProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(process) => write!(f, "{process}"),
            Self::Shared(process) => write!(f, "shared {process}"),
        }
    }
}

impl FromStr for SupervisorProcess {
    type Err = InvalidProcess;

    fn from_str(text: &str) -> Result<Self, InvalidProcess> {
        match text.strip_prefix("shared ") {
            Some(process) => process.parse().map(Self::Shared),
            None => text.parse().map(Self::Own),
        }
    }
}

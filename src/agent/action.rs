use std::fmt;

use serde::{Deserialize, Serialize};

/// The purpose for which an agent is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// To start a new conversation.
    Launch,
    /// To resume the agent's own conversation.
    Resume,
    /// To start a new conversation from an existing one, which stays unchanged.
    Fork,
}

/// Whether an agent has a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// With a terminal, in which a person can type.
    Interactive,
    /// Without a terminal: it performs its task and exits.
    Headless,
}

impl Mode {
    /// Returns the other mode.
    pub fn other(self) -> Self {
        match self {
            Self::Interactive => Self::Headless,
            Self::Headless => Self::Interactive,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Launch => "start",
            Self::Resume => "resume a conversation",
            Self::Fork => "fork a conversation",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interactive => "with a terminal",
            Self::Headless => "without a terminal",
        })
    }
}

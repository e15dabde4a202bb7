use std::fmt;

/// What an agent is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A new conversation.
    Launch,
    /// Going on with the agent's own conversation.
    Resume,
    /// A new conversation that starts from an old one, which stays as it is.
    Fork,
}

/// Whether an agent has a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// It has one, and a person may type.
    Interactive,
    /// It has none: it does its task and ends.
    Headless,
}

impl Mode {
    /// The other one.
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

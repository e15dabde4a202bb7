use std::fmt;

/// Why a conversation cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostConversation {
    /// The conversation is not among the agent's files on this machine.
    NotFound,
    /// The conversation is kept, but its agent cannot be given it back.
    NotTakenBack,
    /// The conversation belongs to another agent.
    OtherAgent,
    /// The agent cannot resume conversations.
    Unable,
}

impl fmt::Display for LostConversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "its conversation was not found on this machine",
            Self::NotTakenBack => "its conversation is kept, but its agent cannot take it back",
            Self::OtherAgent => "its conversation belongs to another agent",
            Self::Unable => "its agent cannot resume a conversation",
        })
    }
}

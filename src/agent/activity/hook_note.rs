use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// A note of an agent's hook: what happened, and in which conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HookNote {
    /// What happened.
    pub moment: HookMoment,
    /// When the hook ran.
    #[serde(skip, default = "unknown")]
    pub at: Timestamp,
    /// The agent's own id of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The question, the error, or the last thing said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

/// What an agent's hooks tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HookMoment {
    /// A conversation begins or continues.
    Began,
    /// A prompt was submitted.
    Prompted,
    /// The agent asks something.
    Asked,
    /// The agent's turn has ended.
    TurnEnded,
    /// The agent has given up: its model cannot be reached, or refuses.
    Failed,
    /// The conversation has ended.
    Ended,
}

impl HookNote {
    /// Notes what happened in a conversation.
    pub fn new(moment: HookMoment, conversation: Option<String>) -> Self {
        Self { moment, at: unknown(), conversation, what: None }
    }

    /// Sets the question, the error, or the last thing said.
    #[must_use]
    pub fn what(self, what: Option<String>) -> Self {
        Self { what, ..self }
    }
}

/// The time is that of the file in which a note is kept.
fn unknown() -> Timestamp {
    Timestamp::EPOCH
}

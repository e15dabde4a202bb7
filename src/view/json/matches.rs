use serde::{Deserialize, Serialize};

use crate::model::{SessionId, Timestamp};
use crate::ops::{Match, MatchPlace};
use crate::transcript::{EntryKind, RawPlace, Role};

/// A line that `git ao grep` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MatchJson {
    /// The session.
    pub session: SessionId,
    /// `title`, `task` or `entry`.
    pub field: String,
    /// The number of the line in the text, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
    /// The position of the entry in its conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The time of the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What the entry is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EntryKind>,
    /// The subagent whose conversation it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The tool that was called, or whose result it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Where the agent's own form of it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawPlace>,
}

impl MatchJson {
    /// Makes the shape of a matching line, whose number in the text is `nth`, from 0.
    pub fn new(session: SessionId, found: &Match, nth: usize, line: &str) -> Self {
        let (field, entry) = match &found.place {
            MatchPlace::Title => ("title", None),
            MatchPlace::Task => ("task", None),
            MatchPlace::Entry(entry) => ("entry", Some(entry)),
        };
        let tool = entry.and_then(|entry| entry.tool.as_ref()).map(|tool| tool.name.clone());
        Self {
            session,
            field: field.to_owned(),
            line: nth + 1,
            text: line.to_owned(),
            n: entry.map(|entry| entry.n),
            at: entry.and_then(|entry| entry.at),
            role: entry.map(|entry| entry.role),
            kind: entry.map(|entry| entry.kind),
            sub: entry.and_then(|entry| entry.sub.clone()),
            tool: tool.filter(|name| !name.is_empty()),
            raw: entry.and_then(|entry| entry.raw.clone()),
        }
    }
}

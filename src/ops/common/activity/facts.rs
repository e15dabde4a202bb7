use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::own_bell::OwnBell;
use crate::model::Timestamp;

/// What is known about a running agent, used to find its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::ops) struct AgentFacts {
    /// The process, as [`Process`](crate::runtime::Process) is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// When it was started.
    pub started: Option<Timestamp>,
    pub workspace: PathBuf,
    /// Whether it has a terminal.
    pub has_terminal: bool,
    /// The agent's own id of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The transcripts of its conversations, the current one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transcripts: Vec<PathBuf>,
    /// The last bell that its supervisor has rung in its terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bell: Option<OwnBell>,
}

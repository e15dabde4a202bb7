use std::path::PathBuf;

/// A running conversation of an agent, whether or not git ao started it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunningConversation {
    /// The agent's own id of it.
    pub agent_session_id: String,
    /// The agent's process.
    pub pid: u32,
    /// The directory in which the agent works.
    pub workspace: Option<PathBuf>,
}

impl RunningConversation {
    /// Names a conversation and the process that has it.
    pub fn new(agent_session_id: impl Into<String>, pid: u32, workspace: Option<PathBuf>) -> Self {
        Self { agent_session_id: agent_session_id.into(), pid, workspace }
    }
}

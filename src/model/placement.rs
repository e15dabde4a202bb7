use super::{Map, Timestamp};

/// Where a session lives in one clone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placement {
    /// The workspace; below the home directory it starts with `~/`.
    pub workspace: Option<String>,
    /// What keeps the agent alive: `tmux`, `detached`, `foreground`, `none`.
    pub runtime: Option<String>,
    /// The runtime's own name for it.
    pub handle: Option<String>,
    /// The socket of the tmux server that has it: an absolute path.
    pub socket: Option<String>,
    /// When this was written.
    pub at: Option<Timestamp>,
    /// Keys this version does not know.
    pub extra: Map,
}

impl Placement {
    /// True when an agent was started there. It may have ended since.
    pub fn is_started(&self) -> bool {
        self.handle.is_some()
    }
}

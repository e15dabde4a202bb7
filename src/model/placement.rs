use super::{Map, Timestamp};

/// The place of a session in one clone.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Placement {
    /// The workspace directory. A path below the home directory starts with `~/`.
    pub workspace: Option<String>,
    /// The runtime of the agent: `tmux`, `detached`, `foreground` or `none`.
    pub runtime: Option<String>,
    /// The runtime's name for the agent.
    pub handle: Option<String>,
    /// The absolute path of the tmux server's socket.
    pub socket: Option<String>,
    /// When the placement was recorded.
    pub at: Option<Timestamp>,
    /// Keys this version does not know.
    pub extra: Map,
}

impl Placement {
    /// Makes a placement with a workspace. A path below the home directory starts with `~/`.
    pub fn in_workspace(path: impl Into<String>) -> Self {
        Self { workspace: Some(path.into()), ..Self::default() }
    }

    /// Returns true if an agent was started there. It may have ended since.
    pub fn is_started(&self) -> bool {
        self.handle.is_some()
    }
}

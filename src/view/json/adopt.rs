use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use crate::ops::Adoptable;

/// The output of `git ao adopt --list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AdoptablesJson {
    /// The version of the format.
    pub version: u32,
    /// The conversations that no session has, last used first.
    pub conversations: Vec<AdoptableJson>,
}

/// A conversation that no session has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AdoptableJson {
    /// The agent.
    pub agent: String,
    /// The agent's own id of the conversation.
    pub id: String,
    /// The title: the first prompt, without what looks like a secret.
    pub title: String,
    /// The directory in which it was begun.
    pub workspace: Option<String>,
    /// When it was last used.
    pub updated_at: Timestamp,
    /// True if the agent reports that it is running.
    pub running: bool,
    /// The number of messages.
    pub messages: usize,
}

impl From<&Adoptable> for AdoptableJson {
    fn from(found: &Adoptable) -> Self {
        let session = &found.session;
        let path = found.workspace.as_ref();
        Self {
            agent: session.agent.clone().unwrap_or_default(),
            id: session.agent_session_id.clone().unwrap_or_default(),
            title: session.display_title(),
            workspace: path.map(|path| path.to_string_lossy().into_owned()),
            updated_at: session.updated_at,
            running: found.is_running(),
            messages: found.messages,
        }
    }
}

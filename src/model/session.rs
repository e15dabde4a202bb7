use std::collections::BTreeMap;
use std::fmt;

use super::{Map, Oid, Project, SessionId, SessionStatus, Timestamp};

/// One agent's piece of work, as a program handles it.
///
/// Each type has an `extra` map with the keys that this version does not know; they are written
/// back after the known ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The record's schema, 1.
    pub schema: u64,
    /// Who it is.
    pub id: SessionId,
    /// The project it belongs to.
    pub project_id: Project,
    /// What sort of work it is.
    pub kind: Kind,
    /// One line that names it; may be empty, see [`Session::display_title`].
    pub title: String,
    /// The prompt as delivered to the agent.
    pub task: Option<String>,
    /// Where the work stands.
    pub status: SessionStatus,
    /// Why it stands there, where that is not obvious.
    pub status_reason: Option<String>,
    /// The name of the agent.
    pub agent: Option<String>,
    /// Model, permissions and the like.
    pub agent_config: Map,
    /// The agent's own id of its conversation.
    pub agent_session_id: Option<String>,
    /// The branch it works on, without `refs/heads/`.
    pub branch: Option<String>,
    /// Where the branch started.
    pub base: Option<Base>,
    /// The last commit seen on the branch.
    pub head: Option<Oid>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its record last changed, other than in [what a clone notes by
    /// itself](Self::differs_in_facts_alone); never goes back.
    pub updated_at: Timestamp,
    /// Which session it was forked from.
    pub fork: Option<Fork>,
    /// The orchestrator session that started it.
    pub spawned_by: Option<SessionId>,
    /// The issue it works on.
    pub issue_id: Option<String>,
    /// Where that issue is.
    pub issue_url: Option<String>,
    /// The pull request that carries it.
    pub pr_number: Option<u64>,
    /// Where that pull request is.
    pub pr_url: Option<String>,
    /// Words to find it by: a set, kept in the order they were added.
    pub tags: Vec<String>,
    /// Free-form values.
    pub context: Map,
    /// What it has cost so far.
    pub cost: Option<Cost>,
    /// Where it lives, by replica.
    pub placements: BTreeMap<String, Placement>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// What sort of work a session is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Task,
    Conversation,
    Evaluation,
    Refinement,
    Demo,
    Orchestrator,
    /// Any other word.
    Other(String),
}

/// The commit a session's branch started at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Base {
    /// The branch that was the base, if it was one.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<Oid>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// What a session was forked from.
#[derive(Debug, Clone, PartialEq)]
pub struct Fork {
    /// The parent session.
    pub session: SessionId,
    /// The parent's event at which the fork was made.
    pub event: Option<Oid>,
    /// The parent's branch.
    pub branch: Option<String>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// What a session has used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cost {
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Tokens read from the provider's cache.
    pub cache_read_tokens: u64,
    /// Tokens written to the provider's cache.
    pub cache_creation_tokens: u64,
    /// US dollars; None when the price is not known.
    pub cost_usd: Option<f64>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// Where a session lives on one replica.
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

impl Session {
    /// A session with nothing but what every session has.
    pub fn new(id: SessionId, project: Project, now: Timestamp) -> Self {
        Self {
            schema: 1,
            id,
            project_id: project,
            kind: Kind::Task,
            title: String::new(),
            task: None,
            status: SessionStatus::Spawning,
            status_reason: None,
            agent: None,
            agent_config: Map::new(),
            agent_session_id: None,
            branch: None,
            base: None,
            head: None,
            created_at: now,
            updated_at: now,
            fork: None,
            spawned_by: None,
            issue_id: None,
            issue_url: None,
            pr_number: None,
            pr_url: None,
            tags: Vec::new(),
            context: Map::new(),
            cost: None,
            placements: BTreeMap::new(),
            extra: Map::new(),
        }
    }

    /// The title, or `Session <short id>` where there is none.
    pub fn display_title(&self) -> String {
        if self.title.is_empty() {
            format!("Session {}", self.id.short())
        } else {
            self.title.clone()
        }
    }

    /// When it was last updated, as far as that can be true at `now`: where only a wrong clock can
    /// have told it, the time at which the session was made, or the start of all times.
    pub fn last_update(&self, now: Timestamp) -> Timestamp {
        let told = [self.updated_at, self.created_at];
        told.into_iter().find(|time| *time <= now.latest()).unwrap_or(Timestamp::EPOCH)
    }

    /// True where nothing differs but what a clone notes by itself: placements, head, later
    /// transcripts and usage. Such a change is not an update of the session: else the clone that
    /// runs the agent would win every conflict.
    pub fn differs_in_facts_alone(&self, other: &Self) -> bool {
        let mut same = self.clone();
        same.placements.clone_from(&other.placements);
        same.head.clone_from(&other.head);
        for key in ["transcripts", "usage"] {
            same.extra.remove(key);
            if let Some(value) = other.extra.get(key) {
                same.extra.insert(key, value.clone());
            }
        }
        same == *other
    }

    /// Adds a tag unless it is there.
    pub fn add_tag(&mut self, tag: &str) {
        if !self.tags.iter().any(|t| t == tag) {
            self.tags.push(tag.to_owned());
        }
    }
}

impl Kind {
    /// The stored word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Task => "task",
            Self::Conversation => "conversation",
            Self::Evaluation => "evaluation",
            Self::Refinement => "refinement",
            Self::Demo => "demo",
            Self::Orchestrator => "orchestrator",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Kind {
    fn from(word: &str) -> Self {
        let known = [
            Self::Task,
            Self::Conversation,
            Self::Evaluation,
            Self::Refinement,
            Self::Demo,
            Self::Orchestrator,
        ];
        known
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

use std::collections::BTreeMap;
use std::fmt;

use super::{
    CapturedTranscripts, Dates, Landed, Map, ModelUsage, Oid, Placement, Project, SessionId,
    SessionStatus, Timestamp,
};

/// A session: the work of one agent on one task.
///
/// Each type has an `extra` map with keys that this version does not know. They are written back
/// after the known keys.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The record's schema, 1.
    pub schema: u64,
    /// The id.
    pub id: SessionId,
    /// The project.
    pub project_id: Project,
    /// The kind of work.
    pub kind: Kind,
    /// A one-line title; may be empty, see [`Session::display_title`].
    pub title: String,
    /// The prompt as passed to the agent.
    pub task: Option<String>,
    /// The status.
    pub status: SessionStatus,
    /// The reason for the status.
    pub status_reason: Option<String>,
    /// The name of the agent.
    pub agent: Option<String>,
    /// The agent's settings, such as model and permissions.
    pub agent_config: Map,
    /// The agent's own id of its conversation.
    pub agent_session_id: Option<String>,
    /// The branch, without `refs/heads/`.
    pub branch: Option<String>,
    /// Where the branch started.
    pub base: Option<Base>,
    /// The last recorded commit of the branch.
    pub head: Option<Oid>,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of the last change, other than of [facts that a clone records on its
    /// own](Self::differs_in_facts_alone). It never goes back.
    pub updated_at: Timestamp,
    /// The session from which it was forked.
    pub fork: Option<Fork>,
    /// The orchestrator session that started it.
    pub spawned_by: Option<SessionId>,
    /// The issue it works on.
    pub issue_id: Option<String>,
    /// The URL of the issue.
    pub issue_url: Option<String>,
    /// The number of the pull request with its work.
    pub pr_number: Option<u64>,
    /// The URL of the pull request.
    pub pr_url: Option<String>,
    /// Tags: a set, in the order in which they were added.
    pub tags: Vec<String>,
    /// Free-form values.
    pub context: Map,
    /// The cost so far.
    pub cost: Option<Cost>,
    /// Where the session lives, by the name of the clone.
    pub placements: BTreeMap<String, Placement>,
    /// What was captured of its transcripts, by the name of the clone.
    pub transcripts: BTreeMap<String, CapturedTranscripts>,
    /// What was counted in them, by the name of the clone and that of the model.
    pub usage: BTreeMap<String, BTreeMap<String, ModelUsage>>,
    /// Where its work was landed.
    pub landed: Option<Landed>,
    /// The folder of the worktree in which the agent works, relative to its top directory; None for
    /// the top directory.
    pub folder: Option<String>,
    /// The branch that existed before the session, which was started on it. It is never removed
    /// with the session.
    pub existing_branch: Option<String>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// The kind of work of a session.
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

/// The commit at which a session's branch started.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Base {
    /// The branch that was the base, if any.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<Oid>,
    /// The commit after which the session's own commits begin, if that is another one: after a
    /// rebase, or after work of others came in.
    pub onto: Option<Oid>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// The origin of a forked session.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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

impl Fork {
    /// Makes the origin of a fork of a session.
    pub fn new(session: SessionId) -> Self {
        Self { session, event: None, branch: None, extra: Map::new() }
    }

    /// Sets the parent's event at which the fork was made.
    #[must_use]
    pub fn event(self, event: Oid) -> Self {
        Self { event: Some(event), ..self }
    }
}

/// The usage of a session.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Cost {
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Tokens read from the provider's cache.
    pub cache_read_tokens: u64,
    /// Tokens written to the provider's cache.
    pub cache_creation_tokens: u64,
    /// The price in US dollars; None if unknown.
    pub cost_usd: Option<f64>,
    /// Keys this version does not know.
    pub extra: Map,
}

impl Session {
    /// Makes a session with only the required fields.
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
            transcripts: BTreeMap::new(),
            usage: BTreeMap::new(),
            landed: None,
            folder: None,
            existing_branch: None,
            extra: Map::new(),
        }
    }

    /// Returns the title, or `Session <short id>` if it is empty.
    pub fn display_title(&self) -> String {
        if self.title.is_empty() { untitled(self.id) } else { self.title.clone() }
    }

    /// Returns the time of the last update. A time that is later than `now` by more than clocks may
    /// differ is replaced by the time of creation, or by the epoch.
    pub fn last_update(&self, now: Timestamp) -> Timestamp {
        self.dates().last_update(now)
    }

    pub(crate) fn dates(&self) -> Dates {
        Dates { id: self.id, created_at: self.created_at, updated_at: self.updated_at }
    }

    /// Returns true if only facts differ that a clone records on its own: placements, head,
    /// transcripts and usage. Such a change does not count as an update; otherwise the clone that
    /// runs the agent would win every conflict.
    pub fn differs_in_facts_alone(&self, other: &Self) -> bool {
        let mut same = self.clone();
        same.placements.clone_from(&other.placements);
        same.head.clone_from(&other.head);
        if let (Some(same), Some(other)) = (&mut same.base, &other.base) {
            same.onto.clone_from(&other.onto);
        }
        same.transcripts.clone_from(&other.transcripts);
        same.usage.clone_from(&other.usage);
        // The same facts in a form that this version does not know.
        for key in ["transcripts", "usage"] {
            same.extra.remove(key);
            if let Some(value) = other.extra.get(key) {
                same.extra.insert(key, value.clone());
            }
        }
        same == *other
    }

    /// Returns true if this is a branch that existed before the session.
    pub fn found_branch(&self, branch: &str) -> bool {
        self.existing_branch.as_deref() == Some(branch)
    }

    /// Adds a tag, if it is not present.
    pub fn add_tag(&mut self, tag: &str) {
        if !self.tags.iter().any(|t| t == tag) {
            self.tags.push(tag.to_owned());
        }
    }
}

impl Kind {
    /// Returns the stored word.
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

/// The places of a session: the only rule for "in this clone" and "in another one".
///
/// `replica` is the name of a clone. A clone that never wrote has no name, and no session lives in
/// it.
impl Session {
    /// Returns the placement of the session in the clone with this name.
    pub fn placement_in(&self, replica: Option<&str>) -> Option<&Placement> {
        self.placements.get(replica?)
    }

    /// Returns true if the session lives in the clone with this name.
    pub fn lives_in(&self, replica: Option<&str>) -> bool {
        self.placement_in(replica).is_some()
    }

    /// Returns the placements of the session in other clones, sorted by name.
    pub fn other_placements(
        &self,
        replica: Option<&str>,
    ) -> impl Iterator<Item = (&str, &Placement)> {
        let all = self.placements.iter().map(|(name, placement)| (name.as_str(), placement));
        all.filter(move |(name, _)| Some(*name) != replica)
    }
}

/// Returns the text to show for a session without a title.
pub(crate) fn untitled(id: SessionId) -> String {
    format!("Session {}", id.short())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn here_and_elsewhere() {
        let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
        let mut session = Session::new(id, "demo".parse().unwrap(), Timestamp::EPOCH);
        let others = |session: &Session, replica| {
            let names = session.other_placements(replica).map(|(name, _)| name.to_owned());
            names.collect::<Vec<_>>()
        };
        assert!(!session.lives_in(Some("a")) && others(&session, None).is_empty());
        let started = Placement { handle: Some("ao-7b6d11f9".into()), ..Placement::default() };
        session.placements.insert("a".into(), started);
        session.placements.insert("b".into(), Placement::default());
        assert!(session.placement_in(Some("a")).unwrap().is_started());
        assert!(session.lives_in(Some("b")) && !session.lives_in(Some("c")));
        assert!(!session.lives_in(None), "a clone without a name has no sessions");
        assert_eq!(others(&session, Some("a")), ["b"]);
        assert_eq!(others(&session, None), ["a", "b"]);
    }
}

use crate::model::{Kind, Oid, Project, Session, SessionId};
use crate::ops::common::IssueRef;
use crate::store::Visibility;

/// A request for a new session.
#[derive(Debug, Clone, Default)]
pub struct SpawnRequest {
    /// The prompt for the agent.
    pub task: Option<String>,
    /// One line that names the session; else the task's first line.
    pub title: Option<String>,
    /// What sort of work it is; else a task.
    pub kind: Option<Kind>,
    /// The name of the agent.
    pub agent: Option<String>,
    /// The model it should use.
    pub model: Option<String>,
    /// The revision the branch starts at; else HEAD, or what the parent of a fork is at.
    pub base: Option<String>,
    /// The branch to make; else one is named after the session.
    pub branch: Option<String>,
    /// The issue it works on.
    pub issue: Option<IssueRef>,
    /// The pull request it works on.
    pub pr: Option<IssueRef>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The project; else the repository's own.
    pub project: Option<Project>,
    /// The session that asked for this one.
    pub spawned_by: Option<SessionId>,
    /// The session it continues, and the event at which it leaves it.
    pub parent: Option<(Session, Oid)>,
    /// Where the agent works.
    pub place: Checkout,
    /// What to do when another session works on the issue.
    pub duplicates: Duplicates,
    /// Who gets to see it. What continues a private session, or is started by one, is private.
    pub visibility: Visibility,
}

/// Where the agent works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkout {
    /// In a worktree of its own.
    #[default]
    Worktree,
    /// Nowhere yet: only the branch is made.
    Branch,
}

/// What to do when another session works on the same issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// Refuse.
    #[default]
    Refuse,
    /// Start this one too.
    Allow,
}

use crate::model::{Kind, Oid, Project, Session, SessionId};
use crate::ops::common::IssueRef;
use crate::store::Visibility;

/// A request for a new session.
#[derive(Debug, Clone, Default)]
pub struct SpawnRequest {
    /// The prompt for the agent.
    pub task: Option<String>,
    /// A one-line name of the session. Default: the task's first line.
    pub title: Option<String>,
    /// The kind of work. Default: a task.
    pub kind: Option<Kind>,
    /// The name of the agent.
    pub agent: Option<String>,
    /// The model for the agent.
    pub model: Option<String>,
    /// The revision at which the branch starts. Default: HEAD, or the present commit of a fork's
    /// parent.
    pub base: Option<String>,
    /// The name of the new branch. Default: a name that contains the session's short id.
    pub branch: Option<String>,
    /// The issue it works on.
    pub issue: Option<IssueRef>,
    /// The pull request it works on.
    pub pr: Option<IssueRef>,
    /// Tags.
    pub tags: Vec<String>,
    /// The project. Default: the repository's project.
    pub project: Option<Project>,
    /// The session that started this one.
    pub spawned_by: Option<SessionId>,
    /// The parent of a fork, and the event at which the fork leaves it.
    pub parent: Option<(Session, Oid)>,
    /// Where the agent works.
    pub place: Checkout,
    /// What happens if another session already works on the issue.
    pub duplicates: Duplicates,
    /// Who can see the session. Forks of private sessions, and sessions they start, are private.
    pub visibility: Visibility,
}

/// Where the agent works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checkout {
    /// In its own worktree.
    #[default]
    Worktree,
    /// Nowhere yet: only the branch is created.
    Branch,
}

/// What happens if another session already works on the same issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// The request is refused.
    #[default]
    Refuse,
    /// The session is started anyway.
    Allow,
}

use crate::model::{Kind, Oid, Project, Session, SessionId};
use crate::ops::common::{IgnoredFiles, IssueRef, Setup};
use crate::store::Visibility;

/// A request for a new session.
///
/// ```
/// use git_ao::ops::SpawnRequest;
///
/// let request = SpawnRequest::new("Fix the flaky test").agent("claude").runtime("detached");
/// let request = request.tag("ci").branch("fix/flaky");
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SpawnRequest {
    /// The prompt for the agent.
    pub task: Option<String>,
    /// A one-line name of the session. Default: the task's first line.
    pub title: Option<String>,
    /// The kind of work. Default: a task.
    pub kind: Option<Kind>,
    /// The name of the agent. Default: a fork's parent's; otherwise the configured one; otherwise the
    /// only installed one, if there is exactly one.
    pub agent: Option<String>,
    /// The name of the runtime. Default: the configured one; otherwise tmux if it is installed;
    /// otherwise `detached`.
    pub runtime: Option<String>,
    /// Whether the agent is started.
    pub start: StartAgent,
    /// The model for the agent.
    pub model: Option<String>,
    /// The revision at which the branch starts. Default: HEAD, or the present commit of a fork's
    /// parent.
    pub base: Option<String>,
    /// The name of the new branch. Default: a name that contains the session's short id.
    pub branch: Option<String>,
    /// Whether the branch starts at the base, or at what the base's upstream has beyond it.
    pub start_at: StartAt,
    /// An existing branch to work on, in place of a new one: here, or on a remote. If it is checked
    /// out in a worktree, the session works there.
    pub on: Option<String>,
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
    /// The folder of the worktree in which the agent works, relative to the top directory. Default:
    /// a fork's parent's.
    pub folder: WorkFolder,
    /// What happens if another session already works on the issue.
    pub duplicates: Duplicates,
    /// Whether ignored files are copied into the worktree.
    pub ignored_files: IgnoredFiles,
    /// Whether the worktree is set up before the agent starts.
    pub setup: Setup,
    /// Who can see the session. Forks of private sessions, and sessions they start, are private.
    pub visibility: Visibility,
}

impl SpawnRequest {
    /// Requests a session for this task, with defaults for everything else.
    pub fn new(task: impl Into<String>) -> Self {
        Self { task: Some(task.into()), ..Self::default() }
    }

    /// Sets the agent.
    #[must_use]
    pub fn agent(self, name: impl Into<String>) -> Self {
        Self { agent: Some(name.into()), ..self }
    }

    /// Sets the runtime.
    #[must_use]
    pub fn runtime(self, name: impl Into<String>) -> Self {
        Self { runtime: Some(name.into()), ..self }
    }

    /// Sets the title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Requests no agent: somebody else, or a later [`start`](crate::ops::Engine::start), does the
    /// work.
    #[must_use]
    pub fn without_agent(self) -> Self {
        Self { start: StartAgent::Never, ..self }
    }

    /// Sets the kind of work.
    #[must_use]
    pub fn kind(self, kind: Kind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// Sets the model for the agent.
    #[must_use]
    pub fn model(self, model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..self }
    }

    /// Sets the revision at which the branch starts.
    #[must_use]
    pub fn base(self, base: impl Into<String>) -> Self {
        Self { base: Some(base.into()), ..self }
    }

    /// Sets the name of the new branch.
    #[must_use]
    pub fn branch(self, branch: impl Into<String>) -> Self {
        Self { branch: Some(branch.into()), ..self }
    }

    /// Sets whether the branch starts at the base, or at what its upstream has beyond it.
    #[must_use]
    pub fn start_at(self, start_at: StartAt) -> Self {
        Self { start_at, ..self }
    }

    /// Sets the existing branch to work on.
    #[must_use]
    pub fn on(self, branch: impl Into<String>) -> Self {
        Self { on: Some(branch.into()), ..self }
    }

    /// Sets the issue it works on.
    #[must_use]
    pub fn issue(self, issue: IssueRef) -> Self {
        Self { issue: Some(issue), ..self }
    }

    /// Sets the pull request it works on.
    #[must_use]
    pub fn pr(self, pr: IssueRef) -> Self {
        Self { pr: Some(pr), ..self }
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Sets the project.
    #[must_use]
    pub fn project(self, project: Project) -> Self {
        Self { project: Some(project), ..self }
    }

    /// Sets the session that started this one.
    #[must_use]
    pub fn spawned_by(self, spawned_by: SessionId) -> Self {
        Self { spawned_by: Some(spawned_by), ..self }
    }

    /// Sets where the agent works.
    #[must_use]
    pub fn place(self, place: Checkout) -> Self {
        Self { place, ..self }
    }

    /// Sets the folder in which the agent works, relative to the top directory of the worktree.
    #[must_use]
    pub fn folder(self, folder: WorkFolder) -> Self {
        Self { folder, ..self }
    }

    /// Sets what happens if another session already works on the issue.
    #[must_use]
    pub fn duplicates(self, duplicates: Duplicates) -> Self {
        Self { duplicates, ..self }
    }

    /// Sets whether ignored files are copied into the worktree.
    #[must_use]
    pub fn ignored_files(self, ignored_files: IgnoredFiles) -> Self {
        Self { ignored_files, ..self }
    }

    /// Sets whether the worktree is set up before the agent starts.
    #[must_use]
    pub fn setup(self, setup: Setup) -> Self {
        Self { setup, ..self }
    }

    /// Sets who can see the session.
    #[must_use]
    pub fn visibility(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }
}

/// Whether the agent of a new session is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartAgent {
    /// It is started, if the session has a worktree and an agent can be chosen.
    #[default]
    IfAny,
    /// It is not started.
    Never,
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

/// Where a new branch starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartAt {
    /// At the base.
    #[default]
    Base,
    /// At the upstream of the base branch as of the last fetch, if that has more commits.
    Upstream,
}

/// The folder of its worktree in which an agent works.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WorkFolder {
    /// That of the session that is forked; otherwise the top directory.
    #[default]
    Inherited,
    /// The top directory.
    Top,
    /// This one, relative to the top directory. If it is not in the new worktree, the agent works in
    /// the top directory.
    Below(String),
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

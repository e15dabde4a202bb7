use crate::ops::common::Checks;

/// A request to land a session.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct LandRequest {
    /// The way.
    pub method: LandMethod,
    /// The branch to land in; None is the session's base branch.
    pub into: Option<String>,
    /// The message of the new commit.
    pub message: LandMessage,
    /// What happens to the worktree and the branch.
    pub after: AfterLanding,
    /// Whether uncommitted work and a running agent are an error.
    pub checks: Checks,
}

/// How work comes to the base branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LandMethod {
    /// By a merge commit.
    #[default]
    Merge,
    /// As a single commit.
    Squash,
    /// As the same commits on top of the base.
    Rebase,
    /// By moving the base, which must not have diverged.
    FastForward,
}

/// The message of the commit that a landing makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LandMessage {
    /// Of a merge, git's own. Of a squash, that of the only commit, or the title and the subjects.
    #[default]
    Default,
    /// This text.
    Text(String),
    /// The default, to be edited in git's editor.
    Edit,
}

/// What happens to a landed session's worktree and branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterLanding {
    /// They are removed.
    #[default]
    CleanUp,
    /// They stay.
    Keep,
}

impl LandMethod {
    /// Returns the word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
            Self::FastForward => "ff",
        }
    }
}

impl LandRequest {
    /// Requests a way of landing.
    pub fn new(method: LandMethod) -> Self {
        Self { method, ..Self::default() }
    }

    /// Sets the branch to land in.
    #[must_use]
    pub fn into_branch(self, into: Option<String>) -> Self {
        Self { into, ..self }
    }

    /// Sets the message.
    #[must_use]
    pub fn message(self, message: LandMessage) -> Self {
        Self { message, ..self }
    }

    /// Sets what happens afterwards.
    #[must_use]
    pub fn after(self, after: AfterLanding) -> Self {
        Self { after, ..self }
    }

    /// Sets whether objections count.
    #[must_use]
    pub fn checks(self, checks: Checks) -> Self {
        Self { checks, ..self }
    }
}

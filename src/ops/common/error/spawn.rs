use crate::model::{ErrorKind, Recovery, SessionId};

/// A session cannot be spawned as requested. Nothing was created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// Another session already works on this issue.
    #[error("session {} ('{title}') already works on issue '{issue}'", id.short())]
    IssueTaken {
        /// The issue.
        issue: String,
        /// That session.
        id: SessionId,
        /// Its title.
        title: String,
    },
    /// Neither the branch nor the last commit of a fork's parent exists any more.
    #[error("neither the branch nor the last commit of session {} exists any more", .0.short())]
    NothingToFork(SessionId),
    /// There is nothing to fetch: this is no branch, or it follows no branch of a remote.
    #[error("'{0}' has no upstream to fetch from")]
    NoUpstream(String),
    /// Another session works on the branch.
    #[error("session {} ('{title}') works on branch '{branch}'", id.short())]
    BranchTaken {
        /// The branch.
        branch: String,
        /// That session.
        id: SessionId,
        /// Its title.
        title: String,
        /// Whether it works in this clone, where only one worktree can have the branch.
        is_here: bool,
    },
}

impl SpawnError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::IssueTaken { .. } | Self::BranchTaken { .. } => ErrorKind::Exists,
            Self::NothingToFork(_) | Self::NoUpstream(_) => ErrorKind::NotFound,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

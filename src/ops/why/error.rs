use std::path::PathBuf;

use crate::model::{ErrorKind, Recovery};

/// The origin of a commit or a line cannot be determined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhyError {
    /// There is no such commit in this repository.
    #[error("'{0}' is not a commit in this repository")]
    NoCommit(String),
    /// There is no worktree that could contain the file.
    #[error("this repository has no worktree")]
    NoWorktree,
    /// Git cannot tell where the file's lines come from. The text is git's message.
    #[error("cannot blame '{}': {message}", file.display())]
    NoBlame {
        /// The file.
        file: PathBuf,
        /// Git's message.
        message: String,
    },
    /// Git cannot tell where lines come from. The text is git's message.
    #[error("{0}")]
    BlameFailed(String),
    /// The file has fewer lines.
    #[error("'{}' has no line {line}", file.display())]
    NoLine {
        /// The file.
        file: PathBuf,
        /// The number of the line, from 1.
        line: u32,
    },
}

impl WhyError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::BlameFailed(_) => ErrorKind::Failed,
            _ => ErrorKind::NotFound,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

use std::io;
use std::path::PathBuf;

use crate::git::{GitError, LockError, ObjectError, RepositoryError};
use crate::ledger::LedgerError;
use crate::model::{ErrorKind, Recovery};

/// Why a transcript cannot be captured or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// A file of the agent, or the transcript store, cannot be read or written.
    #[error("cannot {act} '{path}'")]
    Io {
        /// What was attempted: `read`.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The path is not a regular file: a link, a directory or a pipe is in its place.
    #[error("'{0}' is not a regular file")]
    NotAFile(PathBuf),
    /// The session has more bytes than may be captured.
    #[error("the transcript has more than {limit} bytes; capture has stopped at {captured}")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// The size of what was captured, in bytes.
        captured: u64,
    },
    /// The name of the agent's session or of a file cannot be a name in a tree.
    #[error("'{0}' cannot be the name of a file in the transcript store")]
    BadName(String),
    /// The transcript has no such segment.
    #[error("the transcript has no segment {0}")]
    NoSegment(usize),
    /// What another clone shared is no transcript.
    #[error("what '{replica}' shared cannot be used: {reason}")]
    Unusable {
        /// The clone.
        replica: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The transcript store cannot be opened.
    #[error("cannot open the transcript store")]
    Open(#[source] RepositoryError),
    /// The transcript store cannot be created.
    #[error("cannot create the transcript store")]
    Create(#[source] GitError),
    /// What was captured cannot be removed.
    #[error("cannot remove transcripts from the transcript store")]
    Purge(#[source] GitError),
    /// The transcript store belongs to another user, or is not a directory.
    #[error("'{0}' is not a transcript store of yours")]
    Foreign(PathBuf),
    /// Somebody else has moved the ref of the session meanwhile.
    #[error("another program writes to the transcript store")]
    Moved,
    /// The session is being captured.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A commit cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<ObjectError> for TranscriptError {
    fn from(error: ObjectError) -> Self {
        LedgerError::from(error).into()
    }
}

impl TranscriptError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } => source.into(),
            Self::NotAFile(_) | Self::TooLarge { .. } | Self::BadName(_) => ErrorKind::Refused,
            Self::NoSegment(_) => ErrorKind::NotFound,
            Self::Unusable { .. } => ErrorKind::Corrupt,
            Self::Foreign(_) => ErrorKind::UnsafeOwnership,
            Self::Moved => ErrorKind::Unavailable,
            Self::Lock(error) => error.kind(),
            Self::Open(error) => error.kind(),
            Self::Create(error) | Self::Purge(error) => error.kind(),
            Self::Ledger(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

use crate::git::{GitError, LockError, ObjectError, RefError, RepositoryError};
use crate::model::{ErrorKind, Recovery};

/// Why commits could not be read or written, or a ref not updated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Other writers kept updating the ref until the deadline. Nothing was written; try again.
    #[error("'{name}' kept changing for {seconds} seconds; nothing was written")]
    Contended {
        /// The ref.
        name: String,
        /// The time tried.
        seconds: u64,
    },
    /// A write was attempted inside another write to the same repository, by the same thread: for
    /// example in the closure of a transaction. It would have waited for itself.
    #[error("cannot write to the store inside another write to it")]
    Nested,
    /// A write was attempted in a hook while git quarantines new objects.
    #[error("cannot write to the store while git quarantines new objects")]
    Quarantined,
    /// The repository was removed or replaced since it was opened, or its configuration cannot be
    /// read.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// An object is missing or damaged, or cannot be written.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// A ref cannot be read or updated.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// The lock was not acquired.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Git failed, or refuses the author's or committer's name.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl LedgerError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Contended { .. } => ErrorKind::Contended,
            Self::Nested => ErrorKind::Invalid,
            Self::Quarantined => ErrorKind::Refused,
            Self::Repository(error) => error.kind(),
            Self::Object(error) => error.kind(),
            Self::Ref(error) => error.kind(),
            Self::Lock(error) => error.kind(),
            Self::Git(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

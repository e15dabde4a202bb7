use crate::git::{GitError, LockError, ObjectError, RefError, RepositoryError};
use crate::model::Recovery;

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
    /// Returns what the caller can do about the error.
    ///
    /// - [`Retry`](Recovery::Retry): another process updated a ref, or holds a lock.
    /// - [`FixInput`](Recovery::FixInput): the repository cannot be written, git rejects the author's name, git is running
    ///   a hook in which nothing can be written, or the write is part of another one.
    /// - [`Repair`](Recovery::Repair): an object or a ref is missing or damaged.
    /// - [`GiveUp`](Recovery::GiveUp): git failed, or only some of the refs were updated.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Contended { .. } => Recovery::Retry,
            Self::Quarantined | Self::Nested => Recovery::FixInput,
            Self::Repository(error) => error.recovery(),
            Self::Object(error) => error.recovery(),
            Self::Ref(error) => error.recovery(),
            Self::Lock(error) => error.recovery(),
            Self::Git(error) => error.recovery(),
        }
    }
}

use std::borrow::Cow;
use std::time::Duration;

use crate::git::{GitError, LockError, ObjectError, RefError, RepositoryError};
use crate::model::{ErrorKind, Recovery};

/// Why commits could not be read or written, or a ref not updated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Other writers were in the way until the deadline. Nothing was written; try again.
    #[error(transparent)]
    Contended(Contention),
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
    Ref(RefError),
    /// The lock file cannot be created or locked.
    #[error(transparent)]
    Lock(LockError),
    /// Git failed, or refuses the author's or committer's name.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What was in the way of a write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Contention {
    /// Another git-ao process held the lock of the repository's writers.
    #[error(transparent)]
    Writer(LockError),
    /// Another program held the lock of the ref, or a crashed one left it.
    #[error(transparent)]
    RefLock(RefError),
    /// Other programs kept updating the ref.
    #[error("'{name}' kept changing for {} seconds; nothing was written", waited.as_secs())]
    Updates {
        /// The ref.
        name: String,
        /// The time waited.
        waited: Duration,
    },
}

impl Contention {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Contended
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }

    /// Returns the ref or the lock file that others used.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Writer(LockError::Timeout { path, .. } | LockError::Io { path, .. }) => {
                path.to_string_lossy()
            }
            Self::RefLock(error) => error.name().into(),
            Self::Updates { name, .. } => name.into(),
        }
    }
}

impl LedgerError {
    /// Returns the error of a write that tried for this time to update a ref.
    pub(super) fn after(waited: Duration, error: RefError) -> Self {
        match error {
            RefError::Moved(name) => Self::Contended(Contention::Updates { name, waited }),
            RefError::Locked { .. } => Self::Contended(Contention::RefLock(error)),
            error => Self::Ref(error),
        }
    }
}

impl From<RefError> for LedgerError {
    fn from(error: RefError) -> Self {
        Self::after(Duration::ZERO, error)
    }
}

impl From<LockError> for LedgerError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Timeout { .. } => Self::Contended(Contention::Writer(error)),
            error => Self::Lock(error),
        }
    }
}

impl LedgerError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Contended(error) => error.kind(),
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

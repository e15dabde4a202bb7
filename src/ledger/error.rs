use crate::git::{GitError, LockError, ObjectError, RefError};

/// Why commits were not read or written, or a ref not moved.
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
    /// A write was attempted in a hook while git quarantines new objects.
    #[error("cannot write to the store while git quarantines new objects")]
    Quarantined,
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

use serde::{Deserialize, Serialize};

use super::Recovery;

/// The kind of an error, which tells a program what to do next.
///
/// Every error type of this crate has a method `kind`. The message is for people; the kind is
/// stable, and what the caller can do [follows](ErrorKind::recovery) from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The session, branch, remote or the like does not exist.
    NotFound,
    /// More than one session, remote or the like matches: name one.
    Ambiguous,
    /// The session, branch, worktree or the like already exists.
    Exists,
    /// The value or the request is malformed.
    Invalid,
    /// A rule, a hook, or the present state of a session or worktree forbids it.
    Refused,
    /// Another process changed the same fields in the meantime: read them again first.
    Conflict,
    /// The agent or the runtime does not support the operation.
    Unsupported,
    /// Other processes kept updating a ref, or hold a lock.
    Contended,
    /// A remote, a runtime, a process or a file does not respond.
    Unavailable,
    /// A record, an object or a ref is damaged.
    Corrupt,
    /// The directory is not in a git repository.
    NotARepository,
    /// Git does not trust the repository, for example because another user owns it.
    UnsafeOwnership,
    /// A newer version wrote it, in a format that this version does not know.
    Newer,
    /// The settings, a missing program, permissions or the disk do not allow it.
    Environment,
    /// The user interrupted it, for example with ^C.
    Interrupted,
    /// Another program failed, and only its message tells why.
    Failed,
}

impl ErrorKind {
    /// Returns what the caller can do about an error of this kind.
    pub fn recovery(self) -> Recovery {
        match self {
            Self::Contended | Self::Unavailable => Recovery::Retry,
            Self::Corrupt => Recovery::Repair,
            Self::Newer | Self::Interrupted | Self::Failed => Recovery::GiveUp,
            Self::NotFound
            | Self::Ambiguous
            | Self::Exists
            | Self::Invalid
            | Self::Refused
            | Self::Conflict
            | Self::Unsupported
            | Self::NotARepository
            | Self::UnsafeOwnership
            | Self::Environment => Recovery::FixInput,
        }
    }

    /// Returns true if the same call may succeed later.
    pub fn is_retryable(self) -> bool {
        self.recovery() == Recovery::Retry
    }
}

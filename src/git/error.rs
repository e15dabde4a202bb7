use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::{ErrorKind, Oid, Recovery, shell_word};

/// Any other error, as a cause.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl From<&io::Error> for ErrorKind {
    fn from(error: &io::Error) -> Self {
        use io::ErrorKind::{Interrupted, ResourceBusy, TimedOut, WouldBlock};
        match error.kind() {
            Interrupted | ResourceBusy | TimedOut | WouldBlock => Self::Unavailable,
            _ => Self::Environment,
        }
    }
}

/// Why a repository cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// There is no repository. The text is git's message, without `fatal: `.
    #[error("{0}")]
    NotFound(String),
    /// Git does not trust the repository: another user owns it, or it is bare and
    /// `safe.bareRepository` does not allow that. The text is git's message.
    #[error("{0}")]
    Unsafe(String),
    /// Git rejects the repository for another reason. The text is git's message.
    #[error("{0}")]
    Refused(String),
    /// The repository uses an unknown extension.
    #[error("unknown repository extension '{0}'")]
    UnknownExtension(String),
    /// The repository uses an extension that its format version does not support.
    #[error("repository version is 0, but extension '{0}' requires version 1")]
    OldFormat(String),
    /// The repository's format is newer than version 1.
    #[error("expected repository version 0 or 1, found {0}")]
    UnknownFormat(i64),
    /// The repository was removed or moved after it was opened.
    #[error("the repository at '{0}' no longer exists")]
    Gone(PathBuf),
    /// Another repository is at the path of this one since it was opened.
    #[error("the repository at '{0}' was replaced by another one")]
    Replaced(PathBuf),
    /// A file of the configuration could not be read.
    #[error("cannot read the configuration file '{path}'")]
    Config {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The repository could not be opened.
    #[error("cannot open the repository at '{path}'")]
    Open {
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Cause,
    },
}

impl RepositoryError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) | Self::Gone(_) => ErrorKind::NotARepository,
            Self::Unsafe(_) => ErrorKind::UnsafeOwnership,
            Self::UnknownExtension(_) | Self::UnknownFormat(_) => ErrorKind::Newer,
            Self::Config { source, .. } => source.into(),
            Self::Refused(_) | Self::Replaced(_) | Self::OldFormat(_) | Self::Open { .. } => {
                ErrorKind::Environment
            }
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Why running git failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// The program could not be started.
    #[error("cannot run '{program}'")]
    Start {
        /// The program.
        program: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Git ran and failed. The text is git's message, without `fatal: `.
    #[error("'git {verb}' failed:{}", after_colon(message))]
    Failed {
        /// The git command.
        verb: String,
        /// The exit status; None if git was terminated by a signal.
        status: Option<i32>,
        /// Git's standard error.
        message: String,
    },
    /// The user's name is empty; git rejects that, too.
    #[error("empty ident name (for <{0}>) not allowed")]
    NoName(String),
    /// The user's name consists only of characters that git removes.
    #[error("name consists only of disallowed characters: {0}")]
    OddName(String),
    /// A name or an address has '<', '>' or a control character, which would end it.
    #[error("'{0}' cannot name a person: '<', '>' and control characters are not allowed")]
    BadPerson(String),
}

impl GitError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Start { source, .. } => source.into(),
            Self::Failed { status: None, .. } => ErrorKind::Unavailable,
            Self::Failed { .. } => ErrorKind::Failed,
            Self::NoName(_) | Self::OddName(_) => ErrorKind::Environment,
            Self::BadPerson(_) => ErrorKind::Invalid,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Formats a program's message after a colon. Several lines start on a new line.
pub(crate) fn after_colon(said: &str) -> String {
    if said.contains('\n') { format!("\n{said}") } else { format!(" {said}") }
}

/// Why an object cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The object is missing.
    #[error("object {0} is missing")]
    Missing(Oid),
    /// The object exists but cannot be read.
    #[error("cannot read object {id}")]
    Unreadable {
        /// Which.
        id: Oid,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// The object has an unexpected type.
    #[error("object {id} is not a {expected}")]
    WrongKind {
        /// Which.
        id: Oid,
        /// `commit`, `tree` or `blob`.
        expected: &'static str,
    },
    /// A new object could not be written.
    #[error("cannot write an object to '{path}'")]
    Write {
        /// The object directory.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Cause,
    },
}

impl ObjectError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing(_) | Self::Unreadable { .. } | Self::WrongKind { .. } => {
                ErrorKind::Corrupt
            }
            Self::Write { .. } => ErrorKind::Environment,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Why a ref cannot be read or updated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefError {
    /// Another process updated the ref: read it again, and retry.
    #[error("ref '{0}' was updated by another process")]
    Moved(String),
    /// Another process holds the lock, or crashed with it: retry, or remove the lock.
    #[error("cannot lock ref '{name}'")]
    Locked {
        /// The full name.
        name: String,
        /// The lock file, or git's message.
        #[source]
        source: Cause,
    },
    /// The ref cannot be read.
    #[error("cannot read ref '{name}'")]
    Read {
        /// The full name.
        name: String,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// A hook rejected the update.
    #[error(
        "the reference-transaction hook rejected the update of ref '{name}'{}",
        in_its_words(words)
    )]
    Refused {
        /// One or several full names.
        name: String,
        /// The hook's output.
        words: String,
    },
    /// Some of several refs were updated, but this one could not be.
    #[error("updated ref '{moved}', but cannot update ref '{name}'")]
    Partial {
        /// The full names of the updated refs.
        moved: String,
        /// The full name of this ref.
        name: String,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// The ref cannot be updated.
    #[error("cannot update ref '{name}'")]
    Write {
        /// The full name.
        name: String,
        /// The cause.
        #[source]
        source: Cause,
    },
}

impl RefError {
    /// Returns the full name of the ref; of several, as in the message.
    pub fn name(&self) -> &str {
        match self {
            Self::Moved(name)
            | Self::Locked { name, .. }
            | Self::Read { name, .. }
            | Self::Refused { name, .. }
            | Self::Partial { name, .. }
            | Self::Write { name, .. } => name,
        }
    }

    /// Returns the kind of the error. After [`Partial`](Self::Partial), see which refs were
    /// updated before anything else.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Moved(_) | Self::Locked { .. } => ErrorKind::Contended,
            Self::Refused { .. } => ErrorKind::Refused,
            Self::Write { .. } => ErrorKind::Environment,
            Self::Read { .. } => ErrorKind::Corrupt,
            Self::Partial { .. } => ErrorKind::Failed,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Formats the hook's output, if there is any.
fn in_its_words(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(":{}", after_colon(words)) }
}

/// A file or directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} '{path}'")]
pub struct FileError {
    /// The attempted operation, a verb such as `write` or `create`.
    pub act: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// The cause.
    #[source]
    pub source: io::Error,
}

impl FileError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        (&self.source).into()
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Why the lock of the repository's writers was not acquired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another writer held the lock for the whole time.
    #[error("another git ao process has held '{path}' for {} seconds", waited.as_secs())]
    Timeout {
        /// The lock file.
        path: PathBuf,
        /// The time waited.
        waited: Duration,
    },
    /// The lock file could not be created or locked.
    #[error("cannot lock '{path}'")]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl LockError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Timeout { .. } => ErrorKind::Contended,
            Self::Io { source, .. } => source.into(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }

    /// Returns a command that shows which process holds the lock.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Timeout { path, .. } => {
                let path = shell_word(&path.to_string_lossy());
                Some(format!("to see which process holds it: fuser -v {path}"))
            }
            Self::Io { .. } => None,
        }
    }
}

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::Oid;

/// Any other error, kept as a cause.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a repository cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// Git itself does not use it either; the text is git's, without `fatal: `.
    #[error("{0}")]
    Refused(String),
    /// It needs something that this program does not know.
    #[error("unknown repository extension '{0}'")]
    UnknownExtension(String),
    /// It uses what its format version does not have.
    #[error("repository version is 0, but extension '{0}' requires version 1")]
    OldFormat(String),
    /// Its format is newer than git's version 1.
    #[error("expected repository version 0 or 1, found {0}")]
    UnknownFormat(i64),
    /// It could not be opened.
    #[error("cannot open the repository at '{path}'")]
    Open {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Why running git did not do what was wanted.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program could not be started.
    #[error("cannot run '{program}'")]
    Start {
        /// What was to be run.
        program: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It ran and failed. The text is what git said, without `fatal: `.
    #[error("'git {verb}' failed:{}", after_colon(message))]
    Failed {
        /// The git command.
        verb: String,
        /// Its exit status; None when a signal ended it.
        status: Option<i32>,
        /// What it printed on standard error.
        message: String,
    },
    /// The user's name is given, and empty; git refuses that, too.
    #[error("empty ident name (for <{0}>) not allowed")]
    NoName(String),
    /// The user's name is given, and nothing is left of it when it is cleaned.
    #[error("name consists only of disallowed characters: {0}")]
    OddName(String),
}

/// What a program said, behind a colon: several lines begin on a line of their own.
pub(crate) fn after_colon(said: &str) -> String {
    if said.contains('\n') { format!("\n{said}") } else { format!(" {said}") }
}

/// Why an object cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// It is not there.
    #[error("object {0} is missing")]
    Missing(Oid),
    /// It is there and cannot be read.
    #[error("cannot read object {id}")]
    Unreadable {
        /// Which.
        id: Oid,
        /// Why.
        #[source]
        source: Cause,
    },
    /// It is of another type than its place asks for.
    #[error("object {id} is not a {expected}")]
    WrongKind {
        /// Which.
        id: Oid,
        /// `commit`, `tree` or `blob`.
        expected: &'static str,
    },
    /// A new one could not be written.
    #[error("cannot write an object to '{path}'")]
    Write {
        /// The object directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Why a ref cannot be read or moved.
#[derive(Debug, thiserror::Error)]
pub enum RefError {
    /// Somebody else moved it: read it again and try again.
    #[error("ref '{0}' was updated by another process")]
    Moved(String),
    /// Another program holds its lock, or died with it: try again, or remove the lock.
    #[error("cannot lock ref '{name}'")]
    Locked {
        /// The full name.
        name: String,
        /// Which file, or what git says.
        #[source]
        source: Cause,
    },
    /// Reading failed.
    #[error("cannot read ref '{name}'")]
    Read {
        /// The full name.
        name: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A hook does not let it move.
    #[error(
        "the reference-transaction hook rejected the update of ref '{name}'{}",
        in_its_words(words)
    )]
    Refused {
        /// The full name, or several.
        name: String,
        /// What the hook printed.
        words: String,
    },
    /// Some of several refs were moved, and this one could not be.
    #[error("updated ref '{moved}', but cannot update ref '{name}'")]
    Partial {
        /// The full names of those that were moved.
        moved: String,
        /// The full name of this one.
        name: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Moving failed.
    #[error("cannot update ref '{name}'")]
    Write {
        /// The full name.
        name: String,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// What a hook said, if it said anything.
fn in_its_words(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(":{}", after_colon(words)) }
}

/// What could not be done with a file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} '{path}'")]
pub(super) struct FileError {
    /// A verb: `write`, `create`.
    pub act: &'static str,
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

/// Why the lock of the repository's writers was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another writer held it all the time.
    #[error("another git-ao process has held '{path}' for {} seconds", waited.as_secs())]
    Timeout {
        /// The lock file.
        path: PathBuf,
        /// How long this one waited.
        waited: Duration,
    },
    /// It could not be made or locked.
    #[error("cannot lock '{path}'")]
    Io {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

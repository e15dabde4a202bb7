use std::io;
use std::path::PathBuf;

use crate::model::{ErrorKind, Recovery};

/// Why a runtime failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// There is no runtime of this name.
    #[error("unknown runtime '{}'", .0.escape_debug())]
    Unknown(String),
    /// A program is not installed.
    #[error("'{0}' is not installed")]
    NotInstalled(String),
    /// A program is too old.
    #[error("{program} {found} is too old, {needed} is needed")]
    TooOld {
        /// The program.
        program: &'static str,
        /// Its version.
        found: String,
        /// The oldest supported version.
        needed: &'static str,
    },
    /// tmux failed, in its own words.
    #[error("tmux:{}", crate::git::after_colon(.0))]
    Tmux(String),
    /// A runtime of the library's user failed, in its own words.
    #[error("{}", .0.escape_debug())]
    Failed(String),
    /// A runtime of the library's user panicked.
    #[error("the runtime '{}' panicked", .0.escape_debug())]
    Panicked(String),
    /// A runtime of the library's user did not return in time.
    #[error("the runtime '{}' does not respond", .0.escape_debug())]
    Hung(String),
    /// tmux did not respond.
    #[error("tmux does not respond")]
    NoAnswer,
    /// The program exited immediately.
    #[error("'{0}' exited immediately")]
    EndedAtOnce(String),
    /// The session's process is already running.
    #[error("it is already running as '{0}'")]
    AlreadyRunning(String),
    /// The process is no longer running.
    #[error("'{}' is not running", .0.escape_debug())]
    Gone(String),
    /// The handle names something that belongs to another session.
    #[error("'{}' belongs to another session", .0.escape_debug())]
    NotOurs(String),
    /// The handle is not valid for this runtime.
    #[error("'{}' is not a handle of the runtime '{runtime}'", .handle.escape_debug())]
    BadHandle {
        /// The runtime.
        runtime: String,
        /// The handle.
        handle: String,
    },
    /// The runtime does not support this operation.
    #[error("the runtime '{runtime}' cannot {what}")]
    Unsupported {
        /// The runtime.
        runtime: String,
        /// The operation.
        what: &'static str,
    },
    /// The text contains a control character, which a terminal would not take literally.
    #[error("the text contains the control character {0:?}")]
    Unsendable(char),
    /// The typed text did not appear on the screen.
    #[error("the text did not appear on the screen, so Enter was not pressed")]
    NotShown,
    /// The agent's input line already holds text.
    #[error("the agent's input line already holds text, so nothing was typed")]
    Draft,
    /// The typed text was still in the input line after Enter was pressed.
    #[error("the text was typed but not submitted: the agent does not react to Enter")]
    NotSubmitted,
    /// The file that records a process cannot be read.
    #[error("cannot read '{}'", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The supervisor of an agent was killed, and the agent may still be running.
    #[error("its supervisor was killed, and process {0} may be the agent")]
    Orphaned(u32),
    /// The tmux server of a placement belongs to another user.
    #[error("the tmux server at '{}' belongs to another user", .0.display())]
    NotOurServer(PathBuf),
    /// The working directory does not exist.
    #[error("'{}' is not a directory", .0.display())]
    NoDirectory(PathBuf),
    /// The process did not exit after SIGKILL.
    #[error("process {0} did not exit")]
    Unkillable(u32),
    /// A program gave no usable answer.
    #[error("'{program}' {why}")]
    NoUse {
        /// The program.
        program: String,
        /// What the program did instead.
        why: String,
    },
    /// Something else failed.
    #[error("cannot {what}")]
    Io {
        /// The attempted operation.
        what: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl RuntimeError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown(_) | Self::Gone(_) | Self::NoDirectory(_) => ErrorKind::NotFound,
            Self::AlreadyRunning(_) => ErrorKind::Exists,
            Self::BadHandle { .. } | Self::Unsendable(_) => ErrorKind::Invalid,
            Self::NotOurs(_)
            | Self::NotShown
            | Self::Draft
            | Self::NotSubmitted
            | Self::Orphaned(_) => ErrorKind::Refused,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::NoAnswer | Self::Hung(_) | Self::Unkillable(_) => ErrorKind::Unavailable,
            Self::NotInstalled(_)
            | Self::TooOld { .. }
            | Self::EndedAtOnce(_)
            | Self::NotOurServer(_) => ErrorKind::Environment,
            Self::Unreadable { source, .. } | Self::Io { source, .. } => source.into(),
            Self::Tmux(_) | Self::Failed(_) | Self::Panicked(_) | Self::NoUse { .. } => {
                ErrorKind::Failed
            }
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl RuntimeError {
    pub(super) fn io(what: impl Into<String>, source: impl Into<io::Error>) -> Self {
        Self::Io { what: what.into(), source: source.into() }
    }

    /// Returns a copy of the error, for another session that it affects.
    pub fn again(&self) -> Self {
        match self {
            Self::Unknown(name) => Self::Unknown(name.chars().take(64).collect()),
            Self::NotInstalled(program) => Self::NotInstalled(program.clone()),
            Self::NoAnswer => Self::NoAnswer,
            Self::Failed(words) => Self::Failed(words.clone()),
            Self::Panicked(name) => Self::Panicked(name.clone()),
            Self::Hung(name) => Self::Hung(name.clone()),
            Self::NotOurServer(path) => Self::NotOurServer(path.clone()),
            Self::Tmux(words) => Self::Tmux(words.clone()),
            Self::BadHandle { runtime, handle } => {
                Self::BadHandle { runtime: runtime.clone(), handle: handle.clone() }
            }
            other => Self::Tmux(other.to_string()),
        }
    }
}

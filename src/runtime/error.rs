use std::io;
use std::path::PathBuf;

/// Why a runtime cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
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
        /// The first version that will do.
        needed: &'static str,
    },
    /// tmux failed, in its own words.
    #[error("tmux:{}", crate::git::after_colon(.0))]
    Tmux(String),
    /// tmux did not answer.
    #[error("tmux does not respond")]
    NoAnswer,
    /// The program ended before it could be looked after.
    #[error("'{0}' exited immediately")]
    EndedAtOnce(String),
    /// The session's process runs already.
    #[error("it is already running as '{0}'")]
    AlreadyRunning(String),
    /// There is no such process any more.
    #[error("'{}' is not running", .0.escape_debug())]
    Gone(String),
    /// The handle names something that belongs to somebody else.
    #[error("'{}' belongs to another session", .0.escape_debug())]
    NotOurs(String),
    /// The handle is not one of this runtime's.
    #[error("'{}' is not a handle of the runtime '{runtime}'", .handle.escape_debug())]
    BadHandle {
        /// The runtime.
        runtime: &'static str,
        /// The handle.
        handle: String,
    },
    /// The runtime cannot do this at all.
    #[error("the runtime '{runtime}' cannot {what}")]
    Unsupported {
        /// The runtime.
        runtime: &'static str,
        /// What was asked.
        what: &'static str,
    },
    /// A text that a terminal would not take literally.
    #[error("the text contains the control character {0:?}")]
    Unsendable(char),
    /// A text that was typed is not to be seen.
    #[error("the text did not appear on the screen, so Enter was not pressed")]
    NotShown,
    /// What tells whether a process is alive cannot be read.
    #[error("cannot read '{}'", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The process that looked after an agent was killed, and what it started may be alive.
    #[error("its supervisor was killed, and process {0} may be the agent")]
    Orphaned(u32),
    /// The server of a placement is another user's.
    #[error("the tmux server at '{}' belongs to another user", .0.display())]
    NotOurServer(PathBuf),
    /// The working directory is not there.
    #[error("'{}' is not a directory", .0.display())]
    NoDirectory(PathBuf),
    /// The process outlived being killed.
    #[error("process {0} did not exit")]
    Unkillable(u32),
    /// A program that was asked something gave no usable answer.
    #[error("'{program}' {why}")]
    NoUse {
        /// The program.
        program: String,
        /// What it did instead.
        why: String,
    },
    /// Something else failed.
    #[error("cannot {what}")]
    Io {
        /// What was attempted.
        what: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl RuntimeError {
    pub(super) fn io(what: impl Into<String>, source: impl Into<io::Error>) -> Self {
        Self::Io { what: what.into(), source: source.into() }
    }

    /// The same error once more, for another session that it concerns.
    pub fn again(&self) -> Self {
        match self {
            Self::Unknown(name) => Self::Unknown(name.chars().take(64).collect()),
            Self::NotInstalled(program) => Self::NotInstalled(program.clone()),
            Self::NoAnswer => Self::NoAnswer,
            Self::NotOurServer(path) => Self::NotOurServer(path.clone()),
            Self::Tmux(words) => Self::Tmux(words.clone()),
            Self::BadHandle { runtime, handle } => {
                Self::BadHandle { runtime, handle: handle.clone() }
            }
            other => Self::Tmux(other.to_string()),
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotInstalled(program) if program == "tmux" => {
                "install tmux, or use --runtime detached"
            }
            Self::TooOld { program: "tmux", .. } => {
                "install a newer tmux, or use --runtime detached"
            }
            Self::Unknown(_) => "the runtimes are tmux, detached, foreground and none",
            Self::Unsendable(_) => "only line breaks and tabs can be sent",
            Self::Unsupported { what: "attach", .. } => {
                "the agent has no terminal; its output is in its log"
            }
            Self::NotShown => "the agent may be asking a question; to see it: git ao attach",
            Self::NoAnswer => "the tmux server may be suspended or busy; try again",
            _ => return None,
        })
    }
}

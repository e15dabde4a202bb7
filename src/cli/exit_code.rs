use std::process::ExitCode as Status;

use git_ao::model::ErrorKind;

/// The exit code after ^C.
pub const INTERRUPTED: ExitCode = ExitCode::Signalled(signal_hook::consts::SIGINT as u8);

/// The exit status of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Success.
    Done,
    /// Not found, or refused.
    Refused,
    /// What was awaited cannot come any more.
    Over,
    /// The time to wait is up; the exit status of timeout(1).
    TimedOut,
    /// The command to run was found, but could not be started, as in a shell.
    NotRunnable,
    /// The command to run was not found, as in a shell.
    NoCommand,
    /// A fatal error.
    Fatal,
    /// A usage error; also the exit status of `-h`.
    Usage,
    /// Terminated by a signal, such as ^C: 128 plus the number of the signal.
    Signalled(u8),
    /// The reader closed the output. A git that dies of SIGPIPE ends a pipeline with the same
    /// status: 128 plus the number of the signal.
    Closed,
}

impl ExitCode {
    /// Returns the number of the exit status.
    pub fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Over => 2,
            Self::TimedOut => 124,
            Self::NotRunnable => 126,
            Self::NoCommand => 127,
            Self::Fatal => 128,
            Self::Usage => 129,
            Self::Signalled(signal) => 128 | signal,
            Self::Closed => 141,
        }
    }
}

impl From<ErrorKind> for ExitCode {
    /// Returns the exit code for an error of this kind: refused if the request is at fault or others
    /// were faster, otherwise fatal.
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotFound
            | ErrorKind::Ambiguous
            | ErrorKind::Exists
            | ErrorKind::Invalid
            | ErrorKind::Refused
            | ErrorKind::Conflict
            | ErrorKind::Unsupported
            | ErrorKind::Contended => Self::Refused,
            ErrorKind::Interrupted => INTERRUPTED,
            _ => Self::Fatal,
        }
    }
}

impl From<ExitCode> for Status {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

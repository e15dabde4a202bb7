use std::error::Error;
use std::fmt;

use git_ao::model::{ErrorKind, SessionId, append_cause, error_chain};

use super::ExitCode;
use super::exit_code::INTERRUPTED;
use super::ui::OutError;
use super::ui::message::{self, Level};

/// The failure of a verb: its message, its hints, and the exit code.
#[derive(Debug)]
pub struct CliError {
    code: ExitCode,
    message: String,
    usage: Option<String>,
    hints: Vec<Hint>,
}

/// A hint for the user.
#[derive(Debug)]
enum Hint {
    Text(String),
    /// `<purpose>: git ao restore <id>`, with the options that the restore currently needs.
    Restore {
        purpose: &'static str,
        session: SessionId,
    },
}

impl CliError {
    /// Makes an error for something that was not found, or for a refused request.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Refused, message.into())
    }

    /// Makes a fatal error.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Fatal, message.into())
    }

    /// Makes a usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message.into())
    }

    /// Makes an error whose exit code follows from its kind.
    pub fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind.into(), message.into())
    }

    fn new(code: ExitCode, message: String) -> Self {
        Self { code, message, usage: None, hints: Vec::new() }
    }

    /// Replaces the exit code.
    pub fn with_code(self, code: ExitCode) -> Self {
        Self { code, ..self }
    }

    /// Appends the error and its causes to the message, each once.
    pub fn because(mut self, cause: &dyn Error) -> Self {
        append_cause(&mut self.message, cause);
        self
    }

    /// Adds a hint, on its own line.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(Hint::Text(hint.into()));
        self
    }

    /// Adds a hint how to restore a session. `purpose` begins the line.
    pub fn restore_hint(mut self, purpose: &'static str, session: SessionId) -> Self {
        self.hints.push(Hint::Restore { purpose, session });
        self
    }

    /// Fills in the commands that restore sessions.
    pub fn fill_in(mut self, command: impl Fn(SessionId) -> String) -> Self {
        for hint in &mut self.hints {
            if let Hint::Restore { purpose, session } = hint {
                *hint = Hint::Text(format!("{purpose}: {}", command(*session)));
            }
        }
        self
    }

    /// Adds the synopsis of the command: `git ao list [<options>]`.
    pub fn synopsis(mut self, synopsis: impl Into<String>) -> Self {
        self.usage = Some(synopsis.into());
        self
    }

    /// Returns true if there is a hint.
    pub fn has_hints(&self) -> bool {
        !self.hints.is_empty()
    }

    /// Returns the message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the exit code.
    pub fn code(&self) -> ExitCode {
        self.code
    }

    /// Formats the error for standard error. Returns nothing if the reader of the output ended the
    /// program.
    pub fn render(&self) -> String {
        let level = match self.code {
            ExitCode::Done | ExitCode::Over | ExitCode::TimedOut | ExitCode::Closed => {
                return String::new();
            }
            ExitCode::Signalled(_) if self.message.is_empty() => return String::new(),
            ExitCode::Signalled(_) | ExitCode::Refused | ExitCode::Usage => Level::Error,
            ExitCode::NotRunnable | ExitCode::NoCommand | ExitCode::Fatal => Level::Fatal,
        };
        let usage = self.usage.iter().map(|text| Level::Usage.format(text));
        let hints: Vec<String> = self.hints.iter().map(Hint::to_string).collect();
        let hint = (!hints.is_empty()).then(|| Level::Hint.format(&hints.join("\n")));
        std::iter::once(level.format(&self.message)).chain(usage).chain(hint).collect()
    }

    /// Prints the error to standard error.
    pub fn print(&self) {
        message::print(&self.render());
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Restore { purpose, session } => {
                write!(f, "{purpose}: git ao restore {}", session.short())
            }
        }
    }
}

/// Formats [`error_chain`] on one line.
pub fn summary(error: &dyn Error) -> String {
    let text = error_chain(error);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("; ")
}

impl From<OutError> for CliError {
    fn from(error: OutError) -> Self {
        let code = match error {
            OutError::Closed => ExitCode::Closed,
            OutError::Interrupted => INTERRUPTED,
            OutError::Failed(_) => ExitCode::Fatal,
        };
        // A user who pressed ^C in the pager needs no message.
        let message = if code == INTERRUPTED { String::new() } else { error_chain(&error) };
        Self::new(code, message)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open '{0}'")]
    struct Outer(&'static str, #[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read: {0}")]
    struct Inner(#[source] io::Error);

    #[test]
    fn each_cause_is_said_once() {
        let inner = Inner(io::Error::from_raw_os_error(2));
        let error = Outer("x", inner);
        assert_eq!(error_chain(&error), "cannot open 'x': cannot read: No such file or directory");
        let full = io::Error::other("disk full (os error 28) at path \"/x\"");
        assert_eq!(error_chain(&Inner(full)), "cannot read: disk full at path \"/x\"");
        let error = CliError::fatal("cannot list sessions").because(&error);
        assert_eq!(
            error.render(),
            "fatal: cannot list sessions: cannot open 'x': cannot read: No such file or directory\n"
        );
    }

    #[test]
    fn the_word_follows_from_the_code() {
        let error = CliError::refused("no session 'x'").hint("see\n  git ao list");
        assert_eq!(error.render(), "error: no session 'x'\nhint: see\nhint:   git ao list\n");
        let error = CliError::usage("unknown option '--x'").synopsis("git ao list").hint("try");
        assert_eq!(error.render(), "error: unknown option '--x'\nusage: git ao list\nhint: try\n");
        assert_eq!(error.code().number(), 129);
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        let error = CliError::from(OutError::Closed);
        assert_eq!((error.render(), error.code()), (String::new(), ExitCode::Closed));
        let error = CliError::from(OutError::Failed(io::Error::other("disk full")));
        assert_eq!(error.render(), "fatal: write failure on standard output: disk full\n");
    }
}

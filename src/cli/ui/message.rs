//! Messages on standard error, in git's form.

use std::io::Write as _;

use super::escape;

/// What a message is, which is the word before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The program cannot go on.
    Fatal,
    /// What was asked for was not done.
    Error,
    /// It was done, but.
    Warning,
    /// What the reader can do.
    Hint,
    /// How a command is written.
    Usage,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
            Self::Usage => "usage",
        }
    }

    /// The message as it is printed, escaped, with its word before it; before every line of a hint.
    pub fn format(self, text: &str) -> String {
        let text = escape::block(text.trim_end());
        let word = self.word();
        match self {
            Self::Hint => text.split('\n').map(|line| hint_line(word, line)).collect(),
            _ => format!("{word}: {text}\n"),
        }
    }
}

fn hint_line(word: &str, line: &str) -> String {
    if line.is_empty() { format!("{word}:\n") } else { format!("{word}: {line}\n") }
}

/// Prints messages on standard error.
///
/// Where standard error itself is gone there is nobody left to tell.
pub fn print(messages: &str) {
    let _ = std::io::stderr().write_all(messages.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hints_have_their_word_on_every_line() {
        assert_eq!(Level::Fatal.format("no store"), "fatal: no store\n");
        assert_eq!(Level::Error.format("a\nb\n"), "error: a\nb\n");
        assert_eq!(Level::Hint.format("try\n\n  git ao x"), "hint: try\nhint:\nhint:   git ao x\n");
        assert_eq!(Level::Warning.format("bad \x1b[2J"), "warning: bad \\x1b[2J\n");
    }
}

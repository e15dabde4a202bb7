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
    /// The further lines of others, which are what git, a hook or a remote said, are indented: none
    /// of them passes for a message of its own.
    pub fn format(self, text: &str) -> String {
        let text = text.trim_end();
        let word = self.word();
        match self {
            Self::Hint => {
                escape::block(text).split('\n').map(|line| hint_line(word, line)).collect()
            }
            _ => format!("{word}: {}\n", indented(text)),
        }
    }
}

/// The text, escaped, with its further lines indented.
pub fn indented(text: &str) -> String {
    let text = escape::block(text);
    let mut lines = text.split('\n');
    let mut shown = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        shown.push_str(if line.is_empty() { "\n" } else { "\n  " });
        shown.push_str(line);
    }
    shown
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

/// Prints a line of git's progress on standard error, with the terminator that git gave it.
pub fn progress(text: &str) {
    let body = text.trim_end_matches(['\r', '\n']);
    print(&format!("{}{}", escape::line(body), &text[body.len()..]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hints_have_their_word_on_every_line() {
        assert_eq!(Level::Fatal.format("no store"), "fatal: no store\n");
        assert_eq!(Level::Error.format("a\n\n\nhint: b\n"), "error: a\n\n\n  hint: b\n");
        assert_eq!(Level::Hint.format("try\n\n  git ao x"), "hint: try\nhint:\nhint:   git ao x\n");
        assert_eq!(Level::Warning.format("bad \x1b[2J"), "warning: bad \\x1b[2J\n");
    }
}

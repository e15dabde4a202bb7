//! Messages on standard error, in git's form.

use std::io::Write as _;

use super::escape;

/// The level of a message, which determines its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The program cannot continue.
    Fatal,
    /// The request failed.
    Error,
    /// The request succeeded with a problem.
    Warning,
    /// A hint for the user.
    Hint,
    /// The synopsis of a command.
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

    /// Formats the message, escaped, with its prefix, which is repeated on every line of a hint.
    /// Further lines of other messages come from git, a hook or a remote. They are indented so that
    /// none of them passes for a message of its own.
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

/// Escapes the text and indents all lines but the first.
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
/// Errors are ignored: there is no other place to report them.
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

//! Splits the text of an expression into tokens.

use super::FilterError;

/// A position in an expression. White space before a token is skipped.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Returns the start of the next token.
    pub(super) fn at(&mut self) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.at
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        let at = self.at();
        self.text[at..].chars().next()
    }

    /// Consumes `token`, if it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let at = self.at();
        let found = self.text[at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Consumes the word `keyword`, if it comes next.
    pub(super) fn eat_word(&mut self, keyword: &str) -> bool {
        let found = self.peek_word().eq_ignore_ascii_case(keyword);
        if found {
            self.at += keyword.len();
        }
        found
    }

    /// Returns the next letters, digits, `-` and `_`, or an empty text if another character comes
    /// next.
    pub(super) fn peek_word(&mut self) -> &'a str {
        let at = self.at();
        let rest = &self.text[at..];
        let other = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'));
        &rest[..rest.find(other).unwrap_or(rest.len())]
    }

    pub(super) fn word(&mut self) -> &'a str {
        let word = self.peek_word();
        self.at += word.len();
        word
    }

    /// Consumes a quoted text, or everything up to white space or a parenthesis.
    pub(super) fn value(&mut self) -> Result<String, FilterError> {
        let at = self.at();
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            return self.quoted(quote);
        }
        let rest = &self.text[at..];
        let value = &rest[..rest.find(ends_value).unwrap_or(rest.len())];
        if value.is_empty() {
            return Err(self.expected(at, "a value"));
        }
        self.at += value.len();
        Ok(value.to_owned())
    }

    /// Consumes a quoted text, in which a backslash escapes the next character.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String, FilterError> {
        let start = self.at();
        let mut chars = self.text[start..].char_indices().skip(1);
        let mut value = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                _ if c == quote => {
                    self.at = start + at + c.len_utf8();
                    return Ok(value);
                }
                '\\' => value.extend(chars.next().map(|(_, c)| c)),
                _ => value.push(c),
            }
        }
        self.at = self.text.len();
        Err(self.expected(self.at, &format!("a closing {quote}")))
    }

    /// Returns the error for unexpected text at a position.
    pub(super) fn expected(&self, at: usize, expected: &str) -> FilterError {
        let rest = &self.text[at..];
        let found = match rest.find(ends_value) {
            Some(0) => rest.chars().take(1).collect(),
            Some(end) => rest[..end].chars().take(40).collect(),
            None => rest.chars().take(40).collect::<String>(),
        };
        FilterError {
            column: self.text[..at].chars().count() + 1,
            expected: expected.to_owned(),
            found: (!found.is_empty()).then_some(found),
        }
    }
}

fn ends_value(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

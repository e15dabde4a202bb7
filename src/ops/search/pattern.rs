use regex::{Regex, RegexBuilder};

use super::case::Case;
use super::needles::Needles;
use crate::model::{ErrorKind, Recovery};

/// How a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    /// It is a regular expression, as the crate `regex` reads it.
    #[default]
    Regex,
    /// Each character stands for itself.
    Fixed,
}

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    needles: Option<Needles>,
}

/// The pattern is not a regular expression.
#[derive(Debug, Clone, thiserror::Error)]
#[error("'{pattern}' is not a regular expression: {reason}")]
#[non_exhaustive]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl PatternError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Fails if it is not a regular expression, or needs too much memory.
    pub fn new(text: &str, syntax: Syntax, case: Case) -> Result<Self, PatternError> {
        let expression = match syntax {
            Syntax::Regex => text.to_owned(),
            Syntax::Fixed => regex::escape(text),
        };
        let regex = RegexBuilder::new(&expression).case_insensitive(case == Case::Ignored).build();
        let regex = regex.map_err(|error| {
            // The error shows the pattern on several lines; the last one says what is wrong.
            let said = error.to_string();
            let reason = said.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason).to_lowercase();
            PatternError { pattern: text.to_owned(), reason }
        })?;
        Ok(Self { regex, needles: Needles::of(&expression, case) })
    }

    /// Returns the parts of a line that match, as ranges of bytes.
    pub fn find<'l>(&'l self, line: &'l str) -> impl Iterator<Item = std::ops::Range<usize>> + 'l {
        self.regex.find_iter(line).map(|found| found.range())
    }

    /// Returns the lines of a text that match, counted from 0.
    pub fn lines(&self, text: &str) -> Vec<usize> {
        let lines = text.lines().enumerate();
        lines.filter(|(_, line)| self.regex.is_match(line)).map(|(nth, _)| nth).collect()
    }

    /// Returns false if no entry that is stored in these bytes can match.
    pub(super) fn may_be_in(&self, raw: &[u8]) -> bool {
        self.needles.as_ref().is_none_or(|needles| needles.may_be_in(raw))
    }

    /// Returns true if most bytes can be passed over without reading the entries in them.
    pub(super) fn is_selective(&self) -> bool {
        self.needles.is_some()
    }
}

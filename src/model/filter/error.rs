use std::fmt;

use crate::model::{ErrorKind, Recovery};

/// Why an expression is not a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// The character at which parsing stopped, counted from 1.
    pub column: usize,
    /// What was expected there.
    pub expected: String,
    /// What was found there; None at the end.
    pub found: Option<String>,
}

impl FilterError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl std::error::Error for FilterError {}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter, column {}: expected {}, found ", self.column, self.expected)?;
        match &self.found {
            Some(text) => write!(f, "'{text}'"),
            None => f.write_str("the end"),
        }
    }
}

use crate::model::{ErrorKind, Recovery};

/// Why a rule of the user's cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedactError {
    /// The name of the rule has other characters than letters, digits, `.`, `_` and `-`, or too
    /// many.
    #[error("'{0}' cannot be the name of a redaction rule")]
    BadName(String),
    /// The pattern is not a regular expression.
    #[error("the pattern of redaction rule '{name}' is not valid")]
    BadPattern {
        /// The rule's name.
        name: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The pattern matches empty text, so it would match everywhere.
    #[error("the pattern of redaction rule '{0}' matches empty text")]
    MatchesNothing(String),
}

impl RedactError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

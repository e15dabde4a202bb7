use crate::model::{ErrorKind, Recovery};

/// Why a map is not a session's record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A required key is missing.
    #[error("'{0}' is missing")]
    Missing(String),
    /// A key has an invalid value.
    #[error("'{key}': expected {expected}, found '{found}'")]
    Invalid {
        /// The key, with dots between levels.
        key: String,
        /// The expected kind of value.
        expected: &'static str,
        /// The value that was found.
        found: String,
    },
    /// The record was written by a newer version.
    #[error("schema {0} is newer than this git ao supports")]
    Newer(u64),
}

impl RecordError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing(_) | Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Newer(_) => ErrorKind::Newer,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

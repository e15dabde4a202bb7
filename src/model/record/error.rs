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
    #[error("schema {0} is newer than this git-ao supports")]
    Newer(u64),
}

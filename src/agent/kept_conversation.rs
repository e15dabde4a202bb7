use std::path::PathBuf;

use crate::transcript::Source;

/// A conversation that an agent keeps.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptConversation {
    /// The directory in which it was begun, as it was written down then.
    pub workspace: Option<PathBuf>,
    /// The SHA-256 hash of that directory's path in hexadecimal, if only that is known.
    pub workspace_hash: Option<String>,
    /// Its files.
    pub source: Source,
}

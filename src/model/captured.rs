use super::{Map, Oid, Timestamp};

/// What one clone has captured of the transcripts of a session.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct CapturedTranscripts {
    /// Their size, in bytes.
    pub bytes: u64,
    /// The number of their lines.
    pub lines: u64,
    /// The number of things that were said and done in them.
    pub entries: u64,
    /// When this was recorded.
    pub at: Option<Timestamp>,
    /// What the clone has shared. It counts only if it was not [withdrawn](Self::withdrawn).
    pub shared: Option<SharedTranscripts>,
    /// When what was shared was withdrawn.
    pub withdrawn: Option<Timestamp>,
    /// Keys this version does not know.
    pub extra: Map,
}

/// The transcripts of a session that a clone has shared, without secrets.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SharedTranscripts {
    /// The tree that was sent. It is never that of the bytes as they are.
    pub tree: Option<Oid>,
    /// The size, in bytes.
    pub bytes: u64,
    /// The number of lines.
    pub lines: u64,
    /// The time.
    pub at: Option<Timestamp>,
    /// The version of the rules that found the secrets.
    pub rules: Option<String>,
    /// Keys this version does not know.
    pub extra: Map,
}

impl CapturedTranscripts {
    /// Makes the facts about transcripts of this size.
    pub fn new(bytes: u64, lines: u64, entries: u64) -> Self {
        Self { bytes, lines, entries, ..Self::default() }
    }

    /// Returns what is shared now.
    pub fn shared_now(&self) -> Option<&SharedTranscripts> {
        self.shared.as_ref().filter(|_| self.withdrawn.is_none())
    }
}

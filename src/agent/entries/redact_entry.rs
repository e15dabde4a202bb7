use crate::redact::{Hits, Redactor, Untouched};
use crate::transcript::{EntryKind, TranscriptEntry};

/// Takes the secrets out of an entry: of its text, of what a tool was given, and of whatever else it
/// says. Returns what was replaced, too.
pub fn redact_entry(redactor: &Redactor, entry: &TranscriptEntry) -> (TranscriptEntry, Hits) {
    let line = serde_json::to_vec(entry).unwrap_or_default();
    let redacted = redactor.line(&Untouched::default(), &line);
    let read = match redacted.hits.is_empty() {
        true => Some(entry.clone()),
        false => serde_json::from_slice(&redacted.bytes).ok(),
    };
    // What cannot be read any more is not shown at all.
    let read = read.unwrap_or_else(|| TranscriptEntry {
        n: entry.n,
        ..TranscriptEntry::new(entry.role, EntryKind::Meta, "")
    });
    (read, redacted.hits)
}

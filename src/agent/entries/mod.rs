//! Reads entries from the lines of transcripts: one file per format.
//!
//! Each reader takes any line, of any length. What it does not understand becomes an entry of the
//! kind [`EntryKind::Meta`].

mod claude;
mod codex;
mod iter;
mod json;
mod reader;
mod untouched;

pub use iter::Entries;
pub use reader::EntryReader;
pub use untouched::{redact_line, redact_transcript};

use crate::transcript::{EntryKind, Role, TranscriptEntry};

/// Reads the entries of a line of a transcript with this format.
pub fn entries(format: &str, line: &[u8]) -> Vec<TranscriptEntry> {
    let Some(value) = json::parse(line) else { return vec![not_understood()] };
    let entries = match format {
        "claude-jsonl" => claude::entries(&value),
        "codex-jsonl" => codex::entries(&value),
        "ao-jsonl" => serde_json::from_value(value).into_iter().collect(),
        _ => Vec::new(),
    };
    if entries.is_empty() { vec![not_understood()] } else { entries }
}

fn not_understood() -> TranscriptEntry {
    TranscriptEntry::new(Role::System, EntryKind::Meta, "")
}

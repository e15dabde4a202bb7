//! The lines that a conversation becomes.

use std::io;

use serde::Serialize;
use serde_json::Value as Json;

use crate::transcript::TranscriptEntry;

/// An entry, and the message that it begins.
#[derive(Debug, Serialize)]
pub struct Said {
    #[serde(flatten)]
    pub entry: TranscriptEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<Json>,
}

/// Returns the entries of one message; the first one has the original. Without an entry there is
/// one that has nothing else.
pub fn said(entries: Vec<TranscriptEntry>, original: Json) -> Vec<Said> {
    let entries = if entries.is_empty() { vec![TranscriptEntry::default()] } else { entries };
    let mut original = Some(original);
    entries.into_iter().map(|entry| Said { entry, imported: original.take() }).collect()
}

/// Returns the entries as JSON lines. Their numbers follow from where they are.
pub fn lines(all: &[Said]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for one in all {
        serde_json::to_writer(&mut text, one)?;
        text.push(b'\n');
    }
    Ok(text)
}

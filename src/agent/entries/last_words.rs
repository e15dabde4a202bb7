use super::reader::{EntryReader, entries};
use crate::transcript::{EntryKind, Line, Role, Transcript, TranscriptEntry, TranscriptError};

/// How many segments at the end are searched.
const SEGMENTS: usize = 4;

/// Returns the last thing that the model said in a conversation, if it is near the end. Only the end
/// is read; the entry's number and place are not known.
///
/// # Errors
/// Fails if the end cannot be read.
pub fn last_words(transcript: &Transcript) -> Result<Option<TranscriptEntry>, TranscriptError> {
    let is_said = |entry: &TranscriptEntry| {
        (entry.role, entry.kind) == (Role::Assistant, EntryKind::Text)
            && entry.sub.is_none()
            && !entry.text.trim().is_empty()
    };
    let count = transcript.segment_count();
    for nth in (count.saturating_sub(SEGMENTS)..count).rev() {
        let bytes = transcript.segment(nth)?;
        let mut reader = EntryReader::of(transcript);
        let found = if reader.reads_lines() {
            let lines = bytes.rsplit(|byte| *byte == b'\n');
            let mut all = lines.flat_map(|line| {
                entries(&transcript.format, line).into_iter().rev().collect::<Vec<_>>()
            });
            all.find(is_said)
        } else {
            let lines = bytes.split(|byte| *byte == b'\n');
            let mut all: Vec<_> =
                lines.flat_map(|line| reader.read(&Line::of(line.to_vec()))).collect();
            all.extend(reader.finish());
            all.into_iter().rfind(is_said)
        };
        if let Some(entry) = found {
            return Ok(Some(TranscriptEntry { n: 0, raw: None, ..entry }));
        }
    }
    Ok(None)
}

//! The end of an agent's own transcript.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::agent::entries;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry};

/// How much of the end is read, in bytes: first this, and more only if no line ends within it.
const SIZES: [u64; 2] = [64 << 10, 4 << 20];

/// Returns the last whole lines of a file. It is empty if the file cannot be read.
pub fn last_lines(file: &Path) -> Vec<Vec<u8>> {
    for size in SIZES {
        let Ok((bytes, is_whole)) = end_of(file, size) else { return Vec::new() };
        let end = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
        let mut lines: Vec<_> = bytes[..end].split_inclusive(|byte| *byte == b'\n').collect();
        if !is_whole && !lines.is_empty() {
            lines.remove(0);
        }
        if !lines.is_empty() || is_whole {
            return lines.into_iter().map(<[u8]>::to_vec).collect();
        }
    }
    Vec::new()
}

fn end_of(file: &Path, size: u64) -> std::io::Result<(Vec<u8>, bool)> {
    let mut file = File::open(file)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Ok((Vec::new(), true));
    }
    let skip = meta.len().saturating_sub(size);
    file.seek(SeekFrom::Start(skip))?;
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    Ok((bytes, skip == 0))
}

/// Returns the entries of these lines.
pub fn read(format: &str, lines: &[Vec<u8>]) -> Vec<TranscriptEntry> {
    let trim = |line: &Vec<u8>| entries(format, line.strip_suffix(b"\n").unwrap_or(line));
    lines.iter().flat_map(trim).collect()
}

/// Returns the last call of a tool that has no result yet.
pub fn open_call(entries: &[TranscriptEntry]) -> Option<&Tool> {
    let tools = |kind: EntryKind| {
        let of_kind = entries.iter().rev().filter(move |entry| entry.kind == kind);
        of_kind.filter_map(|entry| entry.tool.as_ref())
    };
    let has_result = |call: &&Tool| {
        !tools(EntryKind::ToolResult).any(|result| !call.id.is_empty() && result.id == call.id)
    };
    tools(EntryKind::ToolUse).find(has_result)
}

/// Returns the last thing that the agent said.
pub fn last_said(entries: &[TranscriptEntry]) -> Option<&TranscriptEntry> {
    let is_said = |entry: &&TranscriptEntry| {
        (entry.role, entry.kind) == (Role::Assistant, EntryKind::Text)
            && entry.sub.is_none()
            && !entry.text.trim().is_empty()
    };
    entries.iter().rev().find(is_said)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn only_whole_lines_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        assert!(last_lines(&file).is_empty());
        fs::write(&file, "").unwrap();
        assert!(last_lines(&file).is_empty());
        fs::write(&file, "a\nb\nc").unwrap();
        assert_eq!(last_lines(&file), [b"a\n", b"b\n"]);
        let long = format!("{}\nlast\n", "x".repeat(100_000));
        fs::write(&file, &long).unwrap();
        assert_eq!(last_lines(&file), [b"last\n"]);
        let long = format!("first\n{}\n", "x".repeat(100_000));
        fs::write(&file, &long).unwrap();
        assert_eq!(last_lines(&file).len(), 2, "more is read if one line is all of the end");
        assert!(last_lines(folder.path()).is_empty());
    }

    #[test]
    fn a_call_without_a_result_is_open() {
        let entry = |kind, id: &str| {
            let mut entry = TranscriptEntry::new(Role::Assistant, kind, "");
            entry.tool = Some(Tool::new("t", id, json!({})));
            entry
        };
        let (call, result) = (EntryKind::ToolUse, EntryKind::ToolResult);
        let all = [entry(call, "1"), entry(call, "2"), entry(result, "2")];
        assert_eq!(open_call(&all).map(|tool| tool.id.as_str()), Some("1"));
        assert_eq!(open_call(&all[1..]), None);
        assert_eq!(open_call(&[]), None);
    }
}

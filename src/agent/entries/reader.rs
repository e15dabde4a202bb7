use std::collections::HashMap;

use super::entries;
use crate::transcript::{EntryKind, Line, Lines, Transcript, TranscriptEntry, TranscriptError};

/// Reads the entries of one transcript, line by line.
#[derive(Debug)]
pub struct EntryReader {
    format: String,
    subagent: Option<String>,
    /// The number of entries so far.
    count: u64,
    /// The names of the tools that were called and have not answered, by the ids of the calls.
    calls: HashMap<String, String>,
}

impl EntryReader {
    /// Reads entries in this format; of the conversation of a subagent, if there is one.
    pub fn new(format: impl Into<String>, subagent: Option<String>) -> Self {
        Self { format: format.into(), subagent, count: 0, calls: HashMap::new() }
    }

    /// Reads the entries of the next line. There is at least one.
    pub fn read(&mut self, line: &Line) -> Vec<TranscriptEntry> {
        let mut found = entries(&self.format, &line.bytes);
        for entry in &mut found {
            self.count += 1;
            entry.n = self.count;
            entry.raw = Some(line.place.clone());
            if entry.sub.is_none() {
                entry.sub.clone_from(&self.subagent);
            }
            self.name_tool(entry);
        }
        found
    }

    /// The result of a call does not say which tool it is from.
    fn name_tool(&mut self, entry: &mut TranscriptEntry) {
        let Some(tool) = &mut entry.tool else { return };
        if tool.id.is_empty() {
            return;
        }
        match entry.kind {
            EntryKind::ToolUse => {
                self.calls.insert(tool.id.clone(), tool.name.clone());
            }
            EntryKind::ToolResult if tool.name.is_empty() => {
                tool.name = self.calls.remove(&tool.id).unwrap_or_default();
            }
            _ => {}
        }
    }
}

/// Iterates over the entries of transcripts, one after the other. If a transcript cannot be read to
/// its end, says so once and goes on with the next.
#[derive(Debug)]
pub struct Entries {
    transcripts: std::vec::IntoIter<Transcript>,
    open: Option<(EntryReader, Lines)>,
    ready: std::vec::IntoIter<TranscriptEntry>,
}

impl Entries {
    /// Reads the entries of these transcripts.
    pub fn of(transcripts: Vec<Transcript>) -> Self {
        Self { transcripts: transcripts.into_iter(), open: None, ready: Vec::new().into_iter() }
    }
}

impl Iterator for Entries {
    type Item = Result<TranscriptEntry, TranscriptError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.ready.next() {
                return Some(Ok(entry));
            }
            let Some((reader, lines)) = &mut self.open else {
                let Transcript { format, subagent, .. } = self.transcripts.as_slice().first()?;
                let reader = EntryReader::new(format.clone(), subagent.clone());
                self.open = self.transcripts.next().map(|next| (reader, next.lines()));
                continue;
            };
            match lines.next() {
                Some(Ok(line)) => self.ready = reader.read(&line).into_iter(),
                Some(Err(error)) => return Some(Err(error)),
                None => self.open = None,
            }
        }
    }
}

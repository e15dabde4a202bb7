use std::collections::HashMap;

use super::entries;
use crate::transcript::{EntryKind, Line, Role, Transcript, TranscriptEntry};

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
    /// Begins to read the entries of a transcript.
    pub fn of(transcript: &Transcript) -> Self {
        Self {
            format: transcript.format.clone(),
            subagent: transcript.subagent.clone(),
            count: 0,
            calls: HashMap::new(),
        }
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
            // Nobody but the agent speaks to a subagent.
            if entry.sub.is_some() && entry.role == Role::User {
                entry.role = Role::System;
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

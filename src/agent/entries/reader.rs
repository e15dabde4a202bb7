use std::collections::HashMap;

use super::aider::Markdown;
use super::document::Document;
use super::parser::Parser;
use crate::transcript::{EntryKind, Line, Role, Transcript, TranscriptEntry};

/// Reads the entries of a line of a transcript with this format, as if it was the first. There is
/// at least one.
pub fn entries(format: &str, line: &[u8]) -> Vec<TranscriptEntry> {
    Parser::of(format).read(line)
}

/// Reads the entries of one transcript, line by line.
#[derive(Debug)]
pub struct EntryReader {
    format: Format,
    subagent: Option<String>,
    /// The number of entries so far.
    count: u64,
    /// The names of the tools that were called and have not answered, by the ids of the calls.
    calls: HashMap<String, String>,
}

#[derive(Debug)]
enum Format {
    /// Each line has its own entries.
    Lines(Parser),
    /// The first line tells whether the file is one JSON document, or lines.
    Unknown,
    Document(Document),
    Markdown(Markdown),
}

impl EntryReader {
    /// Begins to read the entries of a transcript.
    pub fn of(transcript: &Transcript) -> Self {
        Self::new(&transcript.format, transcript.subagent.clone())
    }

    /// Begins to read entries in this format; what a subagent said, if there is one.
    pub fn new(format: &str, subagent: Option<String>) -> Self {
        let format = match format {
            "aider-markdown" => Format::Markdown(Markdown::default()),
            "gemini-jsonl" => Format::Unknown,
            _ => Format::Lines(Parser::of(format)),
        };
        Self { format, subagent, count: 0, calls: HashMap::new() }
    }

    /// Reads the next line. Returns the entries that end with it: where each line has entries of
    /// its own, at least one.
    pub fn read(&mut self, line: &Line) -> Vec<TranscriptEntry> {
        if matches!(self.format, Format::Unknown) {
            let parser = Parser::of("gemini-jsonl");
            self.format = match matches!(line.bytes.trim_ascii(), b"{" | b"[") {
                true => Format::Document(Document::new(parser)),
                false => Format::Lines(parser),
            };
        }
        let mut found = match &mut self.format {
            Format::Unknown => Vec::new(),
            Format::Lines(parser) => {
                let mut found = parser.read(&line.bytes);
                found.iter_mut().for_each(|entry| entry.raw = Some(line.place.clone()));
                found
            }
            Format::Document(document) => document.read(line),
            Format::Markdown(markdown) => markdown.read(line).into_iter().collect(),
        };
        self.complete(&mut found);
        found
    }

    /// Returns the entries that the last lines have begun: there are no more lines.
    pub fn finish(&mut self) -> Vec<TranscriptEntry> {
        let mut found = match &mut self.format {
            Format::Lines(_) | Format::Unknown => Vec::new(),
            Format::Document(document) => document.finish(),
            Format::Markdown(markdown) => markdown.finish().into_iter().collect(),
        };
        self.complete(&mut found);
        found
    }

    /// Returns true if each line has its own entries, which do not depend on other lines.
    pub fn reads_lines(&self) -> bool {
        matches!(self.format, Format::Lines(Parser::Alone(_)))
    }

    /// Adds what does not follow from a line alone.
    fn complete(&mut self, found: &mut [TranscriptEntry]) {
        for entry in found {
            self.count += 1;
            entry.n = self.count;
            if entry.sub.is_none() {
                entry.sub.clone_from(&self.subagent);
            }
            // Nobody but the agent speaks to a subagent.
            if entry.sub.is_some() && entry.role == Role::User {
                entry.role = Role::System;
            }
            self.name_tool(entry);
        }
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

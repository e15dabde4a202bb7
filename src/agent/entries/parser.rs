use serde_json::Value;

use super::gemini::Chat;
use super::goose::GooseRows;
use super::json::parse;
use super::opencode::OpenCodeRows;
use super::{claude, codex, cursor};
use crate::transcript::{EntryKind, Role, TranscriptEntry};

/// What reads the JSON of a format.
#[derive(Debug)]
pub enum Parser {
    /// Each line can be read alone.
    Alone(fn(&Value) -> Vec<TranscriptEntry>),
    Gemini(Chat),
    Goose(GooseRows),
    OpenCode(OpenCodeRows),
}

impl Parser {
    /// Begins to read this format.
    pub fn of(format: &str) -> Self {
        match format {
            "claude-jsonl" => Self::Alone(claude::entries),
            "codex-jsonl" => Self::Alone(codex::entries),
            "cursor-jsonl" => Self::Alone(cursor::entries),
            "gemini-jsonl" => Self::Gemini(Chat::default()),
            "goose-jsonl" => Self::Goose(GooseRows::default()),
            "opencode-jsonl" => Self::OpenCode(OpenCodeRows::default()),
            "ao-jsonl" => Self::Alone(own),
            _ => Self::Alone(|_| Vec::new()),
        }
    }

    /// Reads the entries of a line. There is at least one.
    pub fn read(&mut self, line: &[u8]) -> Vec<TranscriptEntry> {
        let value = parse(line);
        let entries = value.map(|value| match self {
            Self::Alone(entries) => entries(&value),
            Self::Gemini(chat) => chat.read(&value),
            Self::Goose(rows) => rows.read(&value),
            Self::OpenCode(rows) => rows.read(&value),
        });
        match entries {
            Some(entries) if !entries.is_empty() => entries,
            _ => vec![TranscriptEntry::new(Role::System, EntryKind::Meta, "")],
        }
    }
}

fn own(line: &Value) -> Vec<TranscriptEntry> {
    serde_json::from_value(line.clone()).into_iter().collect()
}

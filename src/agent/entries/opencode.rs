//! OpenCode's rows, as 1.18 keeps them in its database: each line is a row of `message` or `part`,
//! an object of its columns.

use std::collections::HashMap;

use serde_json::Value;

use super::json::{number, some_text, text, with_all};
use crate::model::Timestamp;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What was read of a conversation: who said each message, and the model.
#[derive(Debug, Default)]
pub struct OpenCodeRows {
    messages: HashMap<String, (Role, Option<String>)>,
}

impl OpenCodeRows {
    /// Reads the entries of a row. There may be none.
    pub fn read(&mut self, row: &Value) -> Vec<TranscriptEntry> {
        let data = data(row, "data");
        let time = number(row, "time_created");
        let at = i64::try_from(time).ok().filter(|at| *at > 0).map(Timestamp::from_millis);
        let Some(message) = some_text(row, "message_id") else {
            let role = match text(&data, "role") {
                "user" => Role::User,
                _ => Role::Assistant,
            };
            let model = some_text(&data, "modelID");
            self.messages.insert(text(row, "id").to_owned(), (role, model));
            return Vec::new();
        };
        let (role, model) = self.messages.get(&message).cloned().unwrap_or((Role::Assistant, None));
        let entries = part(role, &data, &message);
        with_all(entries, |entry| (entry.at, entry.model) = (at, model.clone()))
    }
}

/// Returns a column that has JSON, as it is or as a text.
pub fn data(row: &Value, column: &str) -> Value {
    match row.get(column) {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(value) => value.clone(),
        None => Value::Null,
    }
}

fn part(role: Role, part: &Value, message: &str) -> Vec<TranscriptEntry> {
    let is_synthetic = part.get("synthetic").and_then(Value::as_bool) == Some(true);
    match text(part, "type") {
        "text" => {
            let role = if is_synthetic { Role::System } else { role };
            vec![TranscriptEntry::new(role, EntryKind::Text, text(part, "text"))]
        }
        "reasoning" => {
            vec![TranscriptEntry::new(role, EntryKind::Thinking, text(part, "text"))]
        }
        "tool" => call(part),
        "file" => vec![TranscriptEntry::new(role, EntryKind::Image, "")],
        "compaction" => vec![TranscriptEntry::new(Role::System, EntryKind::Compaction, "")],
        "step-finish" => {
            let (tokens, cache) = (&part["tokens"], &part["tokens"]["cache"]);
            let usage = Usage {
                answer: message.to_owned(),
                input: number(tokens, "input"),
                output: number(tokens, "output").saturating_add(number(tokens, "reasoning")),
                cache_read: number(cache, "read"),
                cache_write_5m: number(cache, "write"),
                cache_write_1h: 0,
                // 0 where it does not know the price.
                cost_usd: part["cost"].as_f64().filter(|cost| *cost > 0.0),
            };
            let entry = TranscriptEntry::new(Role::System, EntryKind::Meta, "");
            vec![TranscriptEntry { usage: Some(usage), ..entry }]
        }
        _ => Vec::new(),
    }
}

/// A call is one part with its result, once there is one.
fn call(part: &Value) -> Vec<TranscriptEntry> {
    let state = &part["state"];
    let tool = |input: Value| Some(Tool::new(text(part, "tool"), text(part, "callID"), input));
    let call = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
    let mut entries = vec![TranscriptEntry { tool: tool(state["input"].clone()), ..call }];
    if let Some(said) = some_text(state, "output").or_else(|| some_text(state, "error")) {
        let result = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, said);
        entries.push(TranscriptEntry { tool: tool(Value::Null), ..result });
    }
    entries
}

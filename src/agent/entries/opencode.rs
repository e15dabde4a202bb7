//! OpenCode's rows, as 1.18 keeps them in its database: each line is a row of `session`, `message`
//! or `part`, an object of its columns. A row that was changed is there again: what is new in it is
//! read then.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

use super::json::{number, some_text, text, with_all};
use crate::model::Timestamp;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What was read of a conversation.
#[derive(Debug, Default)]
pub struct OpenCodeRows {
    /// Who said each message, and the model.
    messages: HashMap<String, (Role, Option<String>)>,
    /// What each part, or the error of each message, has said.
    said: HashMap<String, Said>,
}

/// The size and the hash of a text.
#[derive(Debug, PartialEq, Eq)]
struct Said(usize, u64);

impl Said {
    fn of(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self(text.len(), hasher.finish())
    }
}

impl OpenCodeRows {
    /// Reads the entries of a row that are new. There may be none.
    pub fn read(&mut self, row: &Value) -> Vec<TranscriptEntry> {
        let data = data(row, "data");
        let time = number(row, "time_created");
        let at = i64::try_from(time).ok().filter(|at| *at > 0).map(Timestamp::from_millis);
        let id = text(row, "id");
        let Some(message) = some_text(row, "message_id") else {
            let entries = self.message(id, &data);
            return with_all(entries, |entry| entry.at = at);
        };
        let (role, model) = self.messages.get(&message).cloned().unwrap_or((Role::Assistant, None));
        let entries = self.part(role, id, &data);
        with_all(entries, |entry| (entry.at, entry.model) = (at, model.clone()))
    }

    fn message(&mut self, id: &str, data: &Value) -> Vec<TranscriptEntry> {
        let role = match text(data, "role") {
            "user" => Role::User,
            _ => Role::Assistant,
        };
        self.messages.insert(id.to_owned(), (role, some_text(data, "modelID")));
        let error = some_text(&data["error"]["data"], "message");
        let error = error.or_else(|| some_text(&data["error"], "name"));
        let error = error.and_then(|error| self.new_text(id, &error));
        let error = error.map(|it| TranscriptEntry::new(Role::System, EntryKind::Text, it));
        error.into_iter().collect()
    }

    fn part(&mut self, role: Role, id: &str, part: &Value) -> Vec<TranscriptEntry> {
        let is_synthetic = part.get("synthetic").and_then(Value::as_bool) == Some(true);
        let entry = |role, kind, text: &str| vec![TranscriptEntry::new(role, kind, text)];
        match text(part, "type") {
            kind @ ("text" | "reasoning") => {
                let Some(said) = self.new_text(id, text(part, "text")) else { return Vec::new() };
                match kind {
                    "reasoning" => entry(role, EntryKind::Thinking, &said),
                    _ if is_synthetic => entry(Role::System, EntryKind::Text, &said),
                    _ => entry(role, EntryKind::Text, &said),
                }
            }
            "tool" => self.call(id, part),
            "file" => entry(role, EntryKind::Image, ""),
            "compaction" => entry(Role::System, EntryKind::Compaction, ""),
            "step-finish" => {
                let (tokens, cache) = (&part["tokens"], &part["tokens"]["cache"]);
                let usage = Usage {
                    answer: id.to_owned(),
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
    fn call(&mut self, id: &str, part: &Value) -> Vec<TranscriptEntry> {
        let state = &part["state"];
        let tool = |input: Value| Some(Tool::new(text(part, "tool"), text(part, "callID"), input));
        let mut entries = Vec::new();
        let input = &state["input"];
        if self.new_text(&format!("{id} input"), &input.to_string()).is_some() {
            let call = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
            entries.push(TranscriptEntry { tool: tool(input.clone()), ..call });
        }
        let said = some_text(state, "output").or_else(|| some_text(state, "error"));
        if let Some(said) = said.and_then(|said| self.new_text(id, &said)) {
            let result = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, said);
            entries.push(TranscriptEntry { tool: tool(Value::Null), ..result });
        }
        entries
    }

    /// Returns what of a text is new: what follows what was said before, or all of it.
    fn new_text(&mut self, id: &str, text: &str) -> Option<String> {
        let before = self.said.insert(id.to_owned(), Said::of(text));
        let rest = before.as_ref().and_then(|before| {
            let (start, rest) = text.split_at_checked(before.0)?;
            (Said::of(start) == *before).then_some(rest)
        });
        let new = rest.unwrap_or(text);
        (before.is_none() || !new.is_empty()).then(|| new.to_owned())
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

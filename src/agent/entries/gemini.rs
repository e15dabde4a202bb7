//! Gemini CLI's chats, as 0.61 writes them: JSON lines, of which some set fields of the chat, and
//! one is a message. A message is written again when its tools have answered. The older form is one
//! document with all messages.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::json::{list, number, some_text, text, time, with_all};
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What was read of a chat.
#[derive(Debug, Default)]
pub struct Chat {
    /// What each message has said so far.
    said: HashMap<String, usize>,
    /// The calls that were read, and those that have answered.
    calls: HashSet<String>,
    results: HashSet<String>,
}

impl Chat {
    /// Reads the entries of a line that are new. There may be none.
    pub fn read(&mut self, line: &Value) -> Vec<TranscriptEntry> {
        let messages = [&line["$set"]["messages"], &line["messages"]];
        let messages = messages.into_iter().find_map(Value::as_array);
        match messages {
            Some(messages) => messages.iter().flat_map(|it| self.message(it)).collect(),
            None => self.message(line),
        }
    }

    fn message(&mut self, message: &Value) -> Vec<TranscriptEntry> {
        let parts = self.new_parts(message);
        let mut entries: Vec<_> = match text(message, "type") {
            "user" => parts.iter().map(|part| self.part(Role::User, part)).collect(),
            "gemini" => {
                let thoughts = match parts.is_empty() {
                    true => &[],
                    false => list(message, "thoughts"),
                };
                let thoughts = thoughts.iter().map(thought).collect::<Vec<_>>();
                let said: Vec<_> =
                    parts.iter().map(|part| self.part(Role::Assistant, part)).collect();
                let calls = list(message, "toolCalls").iter();
                let calls = calls.flat_map(|call| self.call(call)).collect::<Vec<_>>();
                [thoughts, said, calls].concat()
            }
            "info" | "error" | "warning" => {
                parts.iter().map(|part| self.part(Role::System, part)).collect()
            }
            _ => Vec::new(),
        };
        if let Some(first) = entries.first_mut() {
            first.usage = message.get("tokens").filter(|it| it.is_object()).map(|it| {
                let (cached, output) = (number(it, "cached"), number(it, "output"));
                Usage {
                    answer: text(message, "id").to_owned(),
                    // The cached tokens are a part of it.
                    input: number(it, "input").saturating_sub(cached),
                    output: output.saturating_add(number(it, "thoughts")),
                    cache_read: cached,
                    ..Usage::default()
                }
            });
        }
        let (at, model) = (time(message, "timestamp"), some_text(message, "model"));
        with_all(entries, |entry| {
            (entry.at, entry.model) = (entry.at.or(at), model.clone());
        })
    }

    /// Returns the parts of a message that were not read before.
    fn new_parts(&mut self, message: &Value) -> Vec<Value> {
        let parts = match message.get("content") {
            Some(Value::String(said)) if said.is_empty() => Vec::new(),
            Some(said @ Value::String(_)) => vec![said.clone()],
            Some(Value::Array(parts)) => parts.clone(),
            Some(part @ Value::Object(_)) => vec![part.clone()],
            _ => Vec::new(),
        };
        let Some(id) = some_text(message, "id") else { return parts };
        let known = self.said.insert(id, parts.len()).unwrap_or_default();
        parts.into_iter().skip(known).collect()
    }

    fn part(&mut self, role: Role, part: &Value) -> TranscriptEntry {
        let said = part.as_str().or_else(|| part.get("text").and_then(Value::as_str));
        if let Some(said) = said {
            return said_by(role, said);
        }
        if let Some(call) = part.get("functionCall") {
            let id = text(call, "id");
            self.calls.insert(id.to_owned());
            let tool = Tool::new(text(call, "name"), id, call["args"].clone());
            let entry = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
            return TranscriptEntry { tool: Some(tool), ..entry };
        }
        if let Some(response) = part.get("functionResponse") {
            // A call in the answer already contains it.
            return match self.results.insert(text(response, "id").to_owned()) {
                true => result(response),
                false => TranscriptEntry::new(Role::System, EntryKind::Meta, ""),
            };
        }
        match part.get("inlineData").or_else(|| part.get("fileData")) {
            Some(_) => TranscriptEntry::new(role, EntryKind::Image, ""),
            None => TranscriptEntry::new(role, EntryKind::Meta, ""),
        }
    }

    fn call(&mut self, call: &Value) -> Vec<TranscriptEntry> {
        let id = text(call, "id");
        let mut entries = Vec::new();
        if self.calls.insert(id.to_owned()) {
            let tool = Tool::new(text(call, "name"), id, call["args"].clone());
            let entry = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
            entries.push(TranscriptEntry { tool: Some(tool), ..entry });
        }
        let responses = list(call, "result").iter().filter_map(|part| part.get("functionResponse"));
        for response in responses {
            if self.results.insert(id.to_owned()) {
                let at = time(call, "timestamp");
                entries.push(TranscriptEntry { at, ..result(response) });
            }
        }
        entries
    }
}

fn result(response: &Value) -> TranscriptEntry {
    let said = ["output", "error"].iter().find_map(|key| response["response"].get(*key)?.as_str());
    let said = said.map_or_else(|| response["response"].to_string(), str::to_owned);
    let tool = Tool::new(text(response, "name"), text(response, "id"), Value::Null);
    let entry = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, said);
    TranscriptEntry { tool: Some(tool), ..entry }
}

fn thought(thought: &Value) -> TranscriptEntry {
    let said = format!("{}\n{}", text(thought, "subject"), text(thought, "description"));
    let entry = TranscriptEntry::new(Role::Assistant, EntryKind::Thinking, said.trim());
    TranscriptEntry { at: time(thought, "timestamp"), ..entry }
}

/// What the program says to the model on behalf of a person begins with a tag.
fn said_by(role: Role, said: &str) -> TranscriptEntry {
    let is_tagged = ["<session_context>", "<hook_context>", "<state_snapshot>"]
        .iter()
        .any(|tag| said.trim_start().starts_with(tag));
    TranscriptEntry::new(if is_tagged { Role::System } else { role }, EntryKind::Text, said)
}

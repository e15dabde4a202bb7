//! goose's rows: each line is a row of `sessions` or `messages` in its database, an object of its
//! columns. `content_json` has the parts of a message. The row of a session has what the whole
//! conversation has used so far; it is there again whenever that has grown.

use std::collections::HashMap;

use serde_json::Value;

use super::json::{number, some_text, text, with_all};
use super::opencode::data;
use crate::model::Timestamp;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What was read of a conversation.
#[derive(Debug, Default)]
pub struct GooseRows {
    /// What each session had used when its row was read last.
    used: HashMap<String, Totals>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
    cost: f64,
}

impl GooseRows {
    /// Reads the entries of a row. There may be none.
    pub fn read(&mut self, row: &Value) -> Vec<TranscriptEntry> {
        match row.get(TOTAL).is_some() && row.get("role").is_none() {
            true => self.used(row).into_iter().collect(),
            false => entries(row),
        }
    }

    /// Returns what was used since the session's row was read before.
    fn used(&mut self, row: &Value) -> Option<TranscriptEntry> {
        let now = totals(row);
        let id = text(row, "id");
        let before = self.used.insert(id.to_owned(), now).unwrap_or_default();
        let usage = Usage {
            // A copy of the conversation has the same rows.
            answer: format!("{id} {} {}", number(row, TOTAL), now.output),
            input: now.input.saturating_sub(before.input),
            output: now.output.saturating_sub(before.output),
            cache_read: now.cache_read.saturating_sub(before.cache_read),
            cache_write_5m: now.cache_write.saturating_sub(before.cache_write),
            cache_write_1h: 0,
            cost_usd: Some(now.cost - before.cost).filter(|cost| *cost > 0.0),
        };
        if [usage.input, usage.output, usage.cache_read, usage.cache_write_5m] == [0; 4] {
            return None;
        }
        let config = data(row, "model_config_json");
        Some(TranscriptEntry {
            at: format!("{}Z", text(row, "updated_at").replacen(' ', "T", 1)).parse().ok(),
            model: some_text(&config, "model_name"),
            usage: Some(usage),
            ..TranscriptEntry::new(Role::System, EntryKind::Meta, "")
        })
    }
}

const TOTAL: &str = "accumulated_total_tokens";

fn totals(row: &Value) -> Totals {
    let (input, output) =
        (number(row, "accumulated_input_tokens"), number(row, "accumulated_output_tokens"));
    let cache_read = number(row, "accumulated_cache_read_tokens");
    let cache_write = number(row, "accumulated_cache_write_tokens");
    // What the total does not have beside the input is part of that.
    let is_inside = number(row, TOTAL) <= input.saturating_add(output);
    let cached = if is_inside { cache_read.saturating_add(cache_write) } else { 0 };
    let cost = row.get("accumulated_cost").and_then(Value::as_f64).unwrap_or_default();
    Totals { input: input.saturating_sub(cached), output, cache_read, cache_write, cost }
}

fn entries(row: &Value) -> Vec<TranscriptEntry> {
    let role = match text(row, "role") {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => Role::System,
    };
    let content = match data(row, "content_json") {
        Value::Null => data(row, "content"),
        content => content,
    };
    let entries = content.as_array().map_or(&[][..], Vec::as_slice).iter();
    let entries = entries.map(|part| self::part(role, part)).collect();
    let time = i64::try_from(number(row, "created_timestamp")).ok().filter(|time| *time > 0);
    let at = time.map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1000)));
    with_all(entries, |entry| entry.at = at)
}

fn part(role: Role, part: &Value) -> TranscriptEntry {
    match text(part, "type") {
        "text" => TranscriptEntry::new(role, EntryKind::Text, text(part, "text")),
        "thinking" => TranscriptEntry::new(role, EntryKind::Thinking, text(part, "thinking")),
        "image" => TranscriptEntry::new(role, EntryKind::Image, ""),
        "toolRequest" => {
            let call = part["toolCall"].get("value").unwrap_or(&part["toolCall"]);
            let tool = Tool::new(text(call, "name"), text(part, "id"), call["arguments"].clone());
            let entry = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        "toolResponse" => {
            let result = part["toolResult"].get("value").unwrap_or(&part["toolResult"]);
            let content = result.get("content").unwrap_or(result);
            let content = content.as_array().map_or(&[][..], Vec::as_slice);
            let said: Vec<_> = content.iter().map(|it| text(it, "text")).collect();
            let said = match text(&part["toolResult"], "error") {
                "" => said.join("\n"),
                error => error.to_owned(),
            };
            let tool = Tool::new("", text(part, "id"), Value::Null);
            let entry = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, said);
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        "summarizationRequested" | "contextLengthExceeded" => {
            TranscriptEntry::new(Role::System, EntryKind::Compaction, text(part, "msg"))
        }
        _ => TranscriptEntry::new(role, EntryKind::Meta, ""),
    }
}

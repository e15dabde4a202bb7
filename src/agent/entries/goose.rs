//! goose's rows: each line is a row of `messages` in its database, an object of its columns, of
//! which `content_json` has the parts of a message.

use serde_json::Value;

use super::json::{number, text, with_all};
use super::opencode::data;
use crate::model::Timestamp;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry};

pub fn entries(row: &Value) -> Vec<TranscriptEntry> {
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

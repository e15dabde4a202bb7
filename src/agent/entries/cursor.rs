//! Cursor's agent transcripts: JSON lines, one per message, `{role, message: {content: […]}}`.

use serde_json::Value;

use super::json::{list, some_text, text, time, with_all};
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry};

pub fn entries(line: &Value) -> Vec<TranscriptEntry> {
    let message = line.get("message").unwrap_or(line);
    let role = match some_text(line, "role").or_else(|| some_text(message, "role")).as_deref() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool") => Role::Tool,
        _ => Role::System,
    };
    let entries = match message.get("content") {
        Some(Value::String(said)) => vec![said_by(role, said)],
        _ => list(message, "content").iter().map(|block| self::block(role, block)).collect(),
    };
    let (at, model) = (time(line, "timestamp"), some_text(line, "model"));
    with_all(entries, |entry| (entry.at, entry.model) = (at, model.clone()))
}

/// Cursor puts what a person typed in a tag, after what it tells the model about the workspace.
fn said_by(role: Role, said: &str) -> TranscriptEntry {
    let typed = said.split_once("<user_query>");
    let typed = typed.map(|(_, rest)| rest.split_once("</user_query>").map_or(rest, |it| it.0));
    match typed {
        Some(typed) if role == Role::User => {
            TranscriptEntry::new(role, EntryKind::Text, typed.trim())
        }
        _ => TranscriptEntry::new(role, EntryKind::Text, said),
    }
}

fn block(role: Role, block: &Value) -> TranscriptEntry {
    let either = |a: &str, b: &str| some_text(block, a).or_else(|| some_text(block, b));
    let id = either("id", "tool_use_id").or_else(|| some_text(block, "toolCallId"));
    let name = either("name", "toolName").unwrap_or_default();
    match text(block, "type") {
        "text" => said_by(role, text(block, "text")),
        "thinking" | "reasoning" => {
            let said = either("thinking", "text").unwrap_or_default();
            TranscriptEntry::new(role, EntryKind::Thinking, said)
        }
        "tool_use" | "tool-call" => {
            let input = block.get("input").or_else(|| block.get("args")).cloned();
            let tool = Tool::new(name, id.unwrap_or_default(), input.unwrap_or_default());
            let entry = TranscriptEntry::new(role, EntryKind::ToolUse, "");
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        "tool_result" | "tool-result" => {
            let result = block.get("content").or_else(|| block.get("result"));
            let said = match result {
                Some(Value::String(said)) => said.clone(),
                Some(Value::Array(parts)) => {
                    parts.iter().map(|part| text(part, "text")).collect::<Vec<_>>().join("\n")
                }
                _ => String::new(),
            };
            let tool = Tool::new(name, id.unwrap_or_default(), Value::Null);
            let entry = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, said);
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        "image" => TranscriptEntry::new(role, EntryKind::Image, ""),
        _ => TranscriptEntry::new(role, EntryKind::Meta, ""),
    }
}

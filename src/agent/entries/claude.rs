//! Claude Code's transcripts, as 2.1 writes them: JSON lines, one per block of a message.

use serde_json::Value;

use super::json::{list, number, some_text, text, time, with_all};
use crate::redact::Untouched;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What Claude Code takes back only as it was.
pub const UNTOUCHED: Untouched = Untouched::new(
    &[
        "agentId",
        "leafUuid",
        "logicalParentUuid",
        "message.content[].content[].tool_use_id",
        "message.content[].content[].type",
        "message.content[].data",
        "message.content[].id",
        "message.content[].name",
        "message.content[].signature",
        "message.content[].source.media_type",
        "message.content[].source.type",
        "message.content[].tool_use_id",
        "message.content[].type",
        "message.id",
        "message.model",
        "message.role",
        "message.stop_reason",
        "message.type",
        "messageId",
        "parentToolUseID",
        "parentUuid",
        "promptId",
        "requestId",
        "sessionId",
        "snapshot.messageId",
        "snapshot.timestamp",
        "sourceToolAssistantUUID",
        "sourceToolUseID",
        "subtype",
        "timestamp",
        "toolUseID",
        "type",
        "userType",
        "uuid",
        "version",
    ],
    &[
        "message.content[].content[].source.data",
        "message.content[].source.data",
        "toolUseResult.file.base64",
        "toolUseResult[].source.data",
    ],
);

pub fn entries(line: &Value) -> Vec<TranscriptEntry> {
    let entries = match text(line, "type") {
        "user" => user(line),
        "assistant" => assistant(line),
        "system" => {
            vec![TranscriptEntry::new(Role::System, EntryKind::Meta, text(line, "content"))]
        }
        "summary" => {
            vec![TranscriptEntry::new(Role::System, EntryKind::Meta, text(line, "summary"))]
        }
        _ => vec![TranscriptEntry::new(Role::System, EntryKind::Meta, "")],
    };
    let (at, parent) = (time(line, "timestamp"), some_text(line, "parentUuid"));
    let sub = some_text(line, "agentId");
    with_all(entries, |entry| {
        (entry.at, entry.parent, entry.sub) = (at, parent.clone(), sub.clone());
    })
}

fn user(line: &Value) -> Vec<TranscriptEntry> {
    let content = &line["message"]["content"];
    let is = |key: &str| line.get(key).and_then(Value::as_bool) == Some(true);
    let role = if is("isMeta") { Role::System } else { Role::User };
    if is("isCompactSummary") {
        let entry = TranscriptEntry::new(Role::System, EntryKind::Compaction, plain(content));
        return vec![entry];
    }
    if let Some(said) = content.as_str() {
        return vec![said_by(role, said)];
    }
    let blocks = content.as_array().map_or(&[][..], Vec::as_slice);
    blocks.iter().map(|block| user_block(role, block)).collect()
}

fn user_block(role: Role, block: &Value) -> TranscriptEntry {
    match text(block, "type") {
        "text" => said_by(role, text(block, "text")),
        "image" => TranscriptEntry::new(role, EntryKind::Image, ""),
        "tool_result" => {
            let tool = Tool::new("", text(block, "tool_use_id"), Value::Null);
            let entry =
                TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, plain(&block["content"]));
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        _ => TranscriptEntry::new(role, EntryKind::Meta, ""),
    }
}

/// What the program says to the model in the place of a person begins with a tag of its own.
const TAGS: [&str; 8] = [
    "<task-notification>",
    "<system-reminder>",
    "<command-name>",
    "<command-message>",
    "<local-command-stdout>",
    "<local-command-stderr>",
    "<local-command-caveat>",
    "<bash-stdout>",
];

fn said_by(role: Role, said: &str) -> TranscriptEntry {
    let is_tagged = TAGS.iter().any(|tag| said.trim_start().starts_with(tag));
    TranscriptEntry::new(if is_tagged { Role::System } else { role }, EntryKind::Text, said)
}

fn assistant(line: &Value) -> Vec<TranscriptEntry> {
    let message = &line["message"];
    // An error of the interface is written as an answer of a model of this name.
    let is_model = text(message, "model") != "<synthetic>";
    let role = if is_model { Role::Assistant } else { Role::System };
    let model = some_text(message, "model").filter(|_| is_model);
    let usage = message.get("usage").filter(|_| is_model).map(|it| usage(line, it));
    let entries = list(message, "content").iter().map(|block| assistant_block(role, block));
    with_all(entries.collect(), |entry| {
        (entry.model, entry.usage) = (model.clone(), usage.clone());
    })
}

fn assistant_block(role: Role, block: &Value) -> TranscriptEntry {
    match text(block, "type") {
        "text" => TranscriptEntry::new(role, EntryKind::Text, text(block, "text")),
        "thinking" => TranscriptEntry::new(role, EntryKind::Thinking, text(block, "thinking")),
        "redacted_thinking" => TranscriptEntry::new(role, EntryKind::Thinking, ""),
        "tool_use" | "server_tool_use" => {
            let tool = Tool::new(text(block, "name"), text(block, "id"), block["input"].clone());
            TranscriptEntry {
                tool: Some(tool),
                ..TranscriptEntry::new(role, EntryKind::ToolUse, "")
            }
        }
        _ => TranscriptEntry::new(role, EntryKind::Meta, ""),
    }
}

fn usage(line: &Value, told: &Value) -> Usage {
    let written = number(told, "cache_creation_input_tokens");
    let hour = number(&told["cache_creation"], "ephemeral_1h_input_tokens");
    Usage {
        answer: format!("{} {}", text(&line["message"], "id"), text(line, "requestId")),
        input: number(told, "input_tokens"),
        output: number(told, "output_tokens"),
        cache_read: number(told, "cache_read_input_tokens"),
        cache_write_5m: written.saturating_sub(hour),
        cache_write_1h: hour,
    }
}

/// Returns the text of a content: itself, or that of its blocks.
fn plain(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts: Vec<_> = blocks.iter().map(|block| text(block, "text")).collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}

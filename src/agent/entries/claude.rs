//! Claude Code's transcripts, as 2.1 writes them: JSON lines, one per block of a message.

use serde_json::Value;

use super::json::{list, number, some_text, text, time, with_all};
use crate::redact::Untouched;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What Claude Code accepts back only unchanged.
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
    let sidechain = line.get("isSidechain").and_then(Value::as_bool) == Some(true);
    let sub = some_text(line, "agentId").or_else(|| sidechain.then(|| "sidechain".to_owned()));
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

/// What the program says to the model in the place of a person begins with one of these.
const MARKS: [&str; 9] = [
    "<task-notification>",
    "<system-reminder>",
    "<local-command-stdout>",
    "<local-command-stderr>",
    "<local-command-caveat>",
    "<bash-stdout>",
    "<bash-stderr>",
    "<user-memory-input>",
    "[Request interrupted by user",
];

fn said_by(role: Role, said: &str) -> TranscriptEntry {
    if role == Role::User
        && let Some(typed) = slash_command(said).or_else(|| shell_command(said))
    {
        return TranscriptEntry::new(role, EntryKind::Text, typed);
    }
    let is_marked = MARKS.iter().any(|mark| said.trim_start().starts_with(mark));
    TranscriptEntry::new(if is_marked { Role::System } else { role }, EntryKind::Text, said)
}

/// Returns `/review 7` for a command that was typed, which is stored with its parts in tags.
fn slash_command(said: &str) -> Option<String> {
    let start = said.trim_start();
    if !start.starts_with("<command-name>") && !start.starts_with("<command-message>") {
        return None;
    }
    let (name, args) = (tagged(said, "command-name")?, tagged(said, "command-args"));
    let slash = if name.starts_with('/') { "" } else { "/" };
    Some(format!("{slash}{name} {}", args.unwrap_or_default()).trim_end().to_owned())
}

/// Returns `! ls` for a command that a person ran in the shell.
fn shell_command(said: &str) -> Option<String> {
    let is_it = said.trim_start().starts_with("<bash-input>");
    Some(format!("! {}", tagged(said, "bash-input").filter(|_| is_it)?))
}

fn tagged<'s>(said: &'s str, tag: &str) -> Option<&'s str> {
    let (_, rest) = said.split_once(&format!("<{tag}>"))?;
    Some(rest.split_once(&format!("</{tag}>"))?.0.trim())
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
        cost_usd: None,
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

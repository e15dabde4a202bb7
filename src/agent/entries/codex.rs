//! Codex's rollout files, as 0.169 writes them: JSON lines, one per item of the conversation, and
//! beside them the events of its own screen, which repeat what the items say.

use serde_json::Value;

use super::json::{list, number, some_text, text, time, with_all};
use crate::redact::Untouched;
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// What Codex accepts back only unchanged.
pub const UNTOUCHED: Untouched = Untouched::new(
    &[
        "payload.call_id",
        "payload.cli_version",
        "payload.content[].encrypted_content",
        "payload.content[].type",
        "payload.encrypted_content",
        "payload.forked_from_id",
        "payload.id",
        "payload.internal_chat_message_metadata_passthrough.turn_id",
        "payload.model",
        "payload.model_provider",
        "payload.name",
        "payload.namespace",
        "payload.originator",
        "payload.output[].type",
        "payload.replacement_history[].call_id",
        "payload.replacement_history[].content[].type",
        "payload.replacement_history[].encrypted_content",
        "payload.replacement_history[].id",
        "payload.replacement_history[].role",
        "payload.replacement_history[].type",
        "payload.response_id",
        "payload.role",
        "payload.root_turn_id",
        "payload.session_id",
        "payload.status",
        "payload.summary[].type",
        "payload.thread_id",
        "payload.timestamp",
        "payload.turn_id",
        "payload.type",
        "timestamp",
        "type",
    ],
    &[
        "payload.content[].image_url",
        "payload.images[]",
        "payload.item.content[].image_url",
        "payload.output[].image_url",
        "payload.replacement_history[].content[].image_url",
        "payload.replacement_history[].output[].image_url",
        "payload.result",
    ],
);

pub fn entries(line: &Value) -> Vec<TranscriptEntry> {
    let payload = &line["payload"];
    let entries = match text(line, "type") {
        "response_item" => item(payload),
        "compacted" => {
            vec![TranscriptEntry::new(
                Role::System,
                EntryKind::Compaction,
                text(payload, "message"),
            )]
        }
        "token_usage_record" => vec![used(payload)],
        "turn_context" => {
            let entry = TranscriptEntry::new(Role::System, EntryKind::Meta, "");
            vec![TranscriptEntry { model: some_text(payload, "model"), ..entry }]
        }
        _ => vec![TranscriptEntry::new(Role::System, EntryKind::Meta, "")],
    };
    let at = time(line, "timestamp");
    with_all(entries, |entry| entry.at = at)
}

fn item(item: &Value) -> Vec<TranscriptEntry> {
    match text(item, "type") {
        "message" => message(item),
        // What agents say to each other. Some of it only they can read.
        "agent_message" => {
            let said: Vec<_> = list(item, "content").iter().map(|it| text(it, "text")).collect();
            vec![TranscriptEntry::new(Role::System, EntryKind::Text, said.concat().trim_end())]
        }
        "reasoning" => {
            let said: Vec<_> = list(item, "summary").iter().map(|it| text(it, "text")).collect();
            vec![TranscriptEntry::new(Role::Assistant, EntryKind::Thinking, said.join("\n"))]
        }
        "function_call" => vec![call(item, "arguments")],
        "custom_tool_call" => vec![call(item, "input")],
        "local_shell_call" => vec![call(item, "action")],
        "web_search_call" => vec![call(item, "action")],
        "function_call_output" | "custom_tool_call_output" => {
            let tool = Tool::new("", text(item, "call_id"), Value::Null);
            let entry =
                TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, output(&item["output"]));
            vec![TranscriptEntry { tool: Some(tool), ..entry }]
        }
        _ => vec![TranscriptEntry::new(Role::System, EntryKind::Meta, "")],
    }
}

/// What the program says to the model on behalf of a person begins with a tag.
const TAGS: [&str; 7] = [
    "<environment_context>",
    "<user_instructions>",
    "<turn_aborted>",
    "<subagent_notification>",
    "<user_shell_command>",
    "<skill>",
    "# AGENTS.md instructions",
];

fn message(item: &Value) -> Vec<TranscriptEntry> {
    let role = match text(item, "role") {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => Role::System,
    };
    let entry = |part: &Value| match text(part, "type") {
        "input_text" | "output_text" | "text" => {
            let said = text(part, "text");
            let is_tagged = role == Role::User && TAGS.iter().any(|tag| said.starts_with(tag));
            TranscriptEntry::new(if is_tagged { Role::System } else { role }, EntryKind::Text, said)
        }
        "input_image" => TranscriptEntry::new(role, EntryKind::Image, ""),
        _ => TranscriptEntry::new(role, EntryKind::Meta, ""),
    };
    list(item, "content").iter().map(entry).collect()
}

/// A call; its input is JSON in a text, or a text, or JSON.
fn call(item: &Value, key: &str) -> TranscriptEntry {
    let input = match item.get(key) {
        Some(Value::String(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        Some(input) => input.clone(),
        None => Value::Null,
    };
    let id = some_text(item, "call_id").unwrap_or_else(|| text(item, "id").to_owned());
    let name = match text(item, "name") {
        "" => text(item, "type").trim_end_matches("_call"),
        name => name,
    };
    let tool = Tool::new(name, id, input);
    TranscriptEntry {
        tool: Some(tool),
        ..TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "")
    }
}

fn output(output: &Value) -> String {
    match output {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().map(|part| text(part, "text")).collect::<Vec<_>>().join("\n")
        }
        Value::Object(_) => text(output, "content").to_owned(),
        _ => String::new(),
    }
}

/// What one answer has used; the totals beside it repeat it.
fn used(payload: &Value) -> TranscriptEntry {
    let told = &payload["usage"];
    let (read, written) =
        (number(told, "cached_input_tokens"), number(told, "cache_write_input_tokens"));
    let usage = Usage {
        answer: text(payload, "response_id").to_owned(),
        // The cached tokens are a part of it.
        input: number(told, "input_tokens").saturating_sub(read).saturating_sub(written),
        output: number(told, "output_tokens"),
        cache_read: read,
        cache_write_5m: written,
        cache_write_1h: 0,
        cost_usd: None,
    };
    TranscriptEntry {
        usage: Some(usage),
        ..TranscriptEntry::new(Role::System, EntryKind::Meta, "")
    }
}

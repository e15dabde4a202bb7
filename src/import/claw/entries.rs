use std::collections::VecDeque;

use serde_json::Value as Json;

use super::parse::Item;
use crate::import::json::{plain, text, time};
use crate::import::lines::{Said, said};
use crate::model::{SessionId, Timestamp};
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry, Usage};

/// Returns the entries of a conversation.
///
/// Messages have no time, but prompts do: those that are a message give it theirs. The others are
/// what a compaction has removed, and stand before everything else.
pub fn conversation(items: &[Item], model: Option<&str>) -> Vec<Said> {
    let mut prompts = Prompts::of(items);
    let mut messages = Vec::new();
    let mut n = 0;
    for item in items {
        match item {
            Item::Message(message) => {
                let mut entries = entries(message, n);
                n += 1;
                if text(message, "role") == "user" {
                    let at = prompts.take(&text_of(message));
                    entries.iter_mut().for_each(|entry| entry.at = at);
                }
                for entry in entries.iter_mut().filter(|it| it.role == Role::Assistant) {
                    entry.model = model.map(str::to_owned);
                }
                messages.extend(said(entries, message.clone()));
            }
            Item::Compaction(compaction) => {
                let summary = text(compaction, "summary");
                let entry = TranscriptEntry::new(Role::System, EntryKind::Compaction, summary);
                messages.extend(said(vec![entry], compaction.clone()));
            }
            Item::Unknown(line) => {
                let entry = TranscriptEntry::new(Role::System, EntryKind::Meta, plain(line));
                messages.extend(said(vec![entry], line.clone()));
            }
            Item::Prompt(_) => {}
        }
    }
    let removed = prompts.rest().into_iter().flat_map(|prompt| {
        let asked = text(prompt, "text");
        let entry = TranscriptEntry::new(Role::User, EntryKind::Text, asked);
        let entry = TranscriptEntry { at: time(&prompt["timestamp_ms"]), ..entry };
        said(vec![entry], prompt.clone())
    });
    removed.chain(messages).collect()
}

/// Returns the first thing that a person asked.
pub fn first_prompt(items: &[Item]) -> Option<String> {
    let asked = items.iter().filter_map(|item| match item {
        Item::Prompt(prompt) => Some(text(prompt, "text").to_owned()),
        Item::Message(message) if text(message, "role") == "user" => Some(text_of(message)),
        _ => None,
    });
    asked.into_iter().find(|text| !text.trim().is_empty())
}

/// The prompts that are not yet found among the messages.
struct Prompts<'i>(VecDeque<&'i Json>, Vec<&'i Json>);

impl<'i> Prompts<'i> {
    fn of(items: &'i [Item]) -> Self {
        let prompts = items.iter().filter_map(|item| match item {
            Item::Prompt(prompt) => Some(prompt),
            _ => None,
        });
        Self(prompts.collect(), Vec::new())
    }

    /// Takes the next prompt with this text, and returns its time.
    fn take(&mut self, asked: &str) -> Option<Timestamp> {
        let place = self.0.iter().position(|prompt| text(prompt, "text") == asked)?;
        self.1.extend(self.0.drain(..place));
        time(&self.0.pop_front()?["timestamp_ms"])
    }

    /// Returns the prompts that no message has.
    fn rest(mut self) -> Vec<&'i Json> {
        self.1.extend(self.0);
        self.1
    }
}

fn blocks(message: &Json) -> &[Json] {
    message.get("blocks").and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text_of(message: &Json) -> String {
    let texts = blocks(message).iter().filter(|block| text(block, "type") == "text");
    texts.map(|block| text(block, "text")).collect::<Vec<_>>().join("\n")
}

fn entries(message: &Json, n: usize) -> Vec<TranscriptEntry> {
    let role = match text(message, "role") {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        _ => Role::System,
    };
    let mut entries: Vec<_> = blocks(message).iter().map(|it| block(role, it)).collect();
    if entries.is_empty() {
        entries.push(TranscriptEntry::new(role, EntryKind::Text, ""));
    }
    let usage = message.get("usage").filter(|usage| usage.is_object());
    let usage = usage.map(|told| usage_of(message, n, told));
    entries.iter_mut().for_each(|entry| entry.usage.clone_from(&usage));
    entries
}

fn block(role: Role, block: &Json) -> TranscriptEntry {
    match text(block, "type") {
        "text" => TranscriptEntry::new(role, EntryKind::Text, text(block, "text")),
        "thinking" => {
            let thought = [text(block, "thinking"), text(block, "text")].concat();
            TranscriptEntry::new(role, EntryKind::Thinking, thought)
        }
        "tool_use" => {
            let input = match &block["input"] {
                Json::String(input) => {
                    serde_json::from_str(input).unwrap_or_else(|_| Json::String(input.clone()))
                }
                other => other.clone(),
            };
            let tool = Tool::new(text(block, "name"), text(block, "id"), input);
            let entry = TranscriptEntry::new(role, EntryKind::ToolUse, "");
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        "tool_result" => {
            let (name, id) = (text(block, "tool_name"), text(block, "tool_use_id"));
            let entry =
                TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, plain(&block["output"]));
            TranscriptEntry { tool: Some(Tool::new(name, id, Json::Null)), ..entry }
        }
        _ => TranscriptEntry::new(role, EntryKind::Meta, plain(block)),
    }
}

/// Answers have no id. One made from the message and its position is the same in a fork, whose
/// first messages are those of its parent.
fn usage_of(message: &Json, n: usize, told: &Json) -> Usage {
    let tokens = |key: &str| told.get(key).and_then(Json::as_u64).unwrap_or_default();
    Usage {
        answer: SessionId::named(super::PROGRAM, &format!("{n} {message}")).to_string(),
        input: tokens("input_tokens"),
        output: tokens("output_tokens"),
        cache_read: tokens("cache_read_input_tokens"),
        cache_write_5m: tokens("cache_creation_input_tokens"),
        cache_write_1h: 0,
        cost_usd: None,
    }
}

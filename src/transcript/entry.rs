use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Role;
use crate::model::Timestamp;

/// One thing that was said or done, in one form for all agents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TranscriptEntry {
    /// Its position in the conversation, from 1; 0 in an entry that was not read from one.
    #[serde(skip_serializing_if = "is_zero")]
    pub n: u64,
    /// The time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who said or did it.
    pub role: Role,
    /// What it is.
    pub kind: EntryKind,
    /// What was said, printed or thought; of what was not understood, nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The tool that was called, or whose result this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The usage of the answer that this is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The agent's id of the entry that this one follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The subagent whose conversation this is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Where the agent's own form of it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawPlace>,
}

impl TranscriptEntry {
    /// Makes an entry.
    pub fn new(role: Role, kind: EntryKind, text: impl Into<String>) -> Self {
        Self { role, kind, text: text.into(), ..Self::default() }
    }
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryKind {
    /// Something that was said.
    Text,
    /// What the model thought before it spoke.
    Thinking,
    /// The call of a tool.
    ToolUse,
    /// The result of a tool.
    ToolResult,
    /// A picture.
    Image,
    /// The summary with which an agent replaced the earlier conversation.
    Compaction,
    /// Anything else.
    #[default]
    Meta,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Tool {
    /// The tool's name; unknown in the result of a call.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The agent's id of the call.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// What the tool was given.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub input: Value,
}

impl Tool {
    /// Names a call.
    pub fn new(name: impl Into<String>, id: impl Into<String>, input: Value) -> Self {
        Self { name: name.into(), id: id.into(), input }
    }

    /// Returns its name and all texts and numbers in its input.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.name.clone()];
        collect(&self.input, &mut texts);
        texts
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => texts.push(number.to_string()),
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(values) => values.values().for_each(|value| collect(value, texts)),
    }
}

/// The tokens of one answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// The answer's id. Agents may write an answer in several lines, each with its usage so far:
    /// the last one counts.
    pub answer: String,
    /// The tokens that were sent and were not in a cache.
    pub input: u64,
    /// The tokens of the answer.
    pub output: u64,
    /// The tokens that were read from a cache.
    pub cache_read: u64,
    /// The tokens that were written to a cache for five minutes.
    pub cache_write_5m: u64,
    /// The tokens that were written to a cache for an hour.
    pub cache_write_1h: u64,
    /// The price in US dollars, if the agent has said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

/// The place of a line in the transcript store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RawPlace {
    /// The path of the segment in which the line begins.
    pub segment: String,
    /// The first byte of the line in it.
    pub offset: u64,
    /// The number of bytes, without the newline.
    pub len: u64,
}

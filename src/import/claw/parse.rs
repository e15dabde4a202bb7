use std::path::Path;

use serde_json::Value as Json;

use crate::import::file;
use crate::import::json::text;
use crate::model::Timestamp;

/// What a file holds.
#[derive(Debug)]
pub struct Parsed {
    /// The session's id; of the first version, which has none in its files, the file's name.
    pub id: String,
    /// The line that says what session it is, or what is in its place.
    pub meta: Json,
    /// Everything else, in order.
    pub items: Vec<Item>,
    /// Why the program would refuse the file.
    pub refused: Option<String>,
    pub modified: Timestamp,
}

/// A line of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Message(Json),
    Compaction(Json),
    Prompt(Json),
    /// A line that is not understood.
    Unknown(Json),
}

impl Parsed {
    pub fn model(&self) -> Option<String> {
        Some(text(&self.meta, "model").to_owned()).filter(|model| !model.is_empty())
    }

    pub fn prompts(&self) -> impl Iterator<Item = &Json> {
        self.items.iter().filter_map(|item| match item {
            Item::Prompt(prompt) => Some(prompt),
            _ => None,
        })
    }

    pub fn messages(&self) -> impl Iterator<Item = &Json> {
        self.items.iter().filter_map(|item| match item {
            Item::Message(message) => Some(message),
            _ => None,
        })
    }

    fn refuse(&mut self, why: String) {
        self.refused.get_or_insert(why);
    }
}

/// Parses a file; None if it is empty. `stem` is the name of the session's own file.
pub fn parse(path: &Path, stem: &str) -> Result<Option<Parsed>, String> {
    let content = file::read(path)?;
    if content.bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let mut parsed = Parsed {
        id: String::new(),
        meta: Json::Null,
        items: Vec::new(),
        refused: None,
        modified: content.modified,
    };
    match serde_json::from_slice::<Json>(&content.bytes) {
        Ok(whole) if whole.get("messages").is_some_and(Json::is_array) => {
            read_object(whole, &mut parsed);
        }
        _ => read_lines(&content.bytes, &mut parsed),
    }
    let is_session = parsed.meta.is_object() || parsed.messages().next().is_some();
    if !is_session {
        return Err(parsed.refused.unwrap_or_else(|| "it is no session".to_owned()));
    }
    parsed.id = match text(&parsed.meta, "session_id") {
        "" => stem.to_owned(),
        id => id.to_owned(),
    };
    Ok(Some(parsed))
}

/// Reads the older form: one object for all.
fn read_object(mut whole: Json, parsed: &mut Parsed) {
    let mut take = |key: &str| whole.get_mut(key).map(Json::take).unwrap_or_default();
    let (compaction, messages, prompts) =
        (take("compaction"), take("messages"), take("prompt_history"));
    let prompts = prompts.as_array().cloned().unwrap_or_default();
    parsed.items.extend(prompts.into_iter().map(Item::Prompt));
    if compaction.is_object() {
        parsed.items.push(Item::Compaction(compaction));
    }
    for message in messages.as_array().cloned().unwrap_or_default() {
        read_message(message, parsed);
    }
    parsed.meta = whole;
}

fn read_lines(bytes: &[u8], parsed: &mut Parsed) {
    for (line, n) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let mut value: Json = match serde_json::from_slice(line) {
            Ok(value) => value,
            Err(error) => {
                parsed.refuse(format!("line {n}: {error}"));
                let raw = String::from_utf8_lossy(line).into_owned();
                parsed.items.push(Item::Unknown(Json::String(raw)));
                continue;
            }
        };
        match text(&value, "type") {
            "session_meta" if parsed.meta.is_null() => parsed.meta = value,
            "message" if value.get("message").is_some_and(Json::is_object) => {
                let message = value.get_mut("message").map(Json::take).unwrap_or_default();
                read_message(message, parsed);
            }
            "compaction" => parsed.items.push(Item::Compaction(value)),
            "prompt_history" => parsed.items.push(Item::Prompt(value)),
            kind => {
                parsed.refuse(format!("line {n}: unknown kind '{kind}'"));
                parsed.items.push(Item::Unknown(value));
            }
        }
    }
}

fn read_message(message: Json, parsed: &mut Parsed) {
    let role = text(&message, "role");
    if !["system", "user", "assistant", "tool"].contains(&role) {
        parsed.refuse(format!("a message with the unknown role '{role}'"));
    }
    parsed.items.push(Item::Message(message));
}

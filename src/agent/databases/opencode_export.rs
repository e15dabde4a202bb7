//! The form in which OpenCode 1.18 exports a conversation, made of its rows. `opencode import` reads
//! it: the conversation then belongs to the directory in which that runs, and what its database has
//! already stays.

use serde_json::{Map, Value};

use crate::agent::put::SavedConversation;
use crate::agent::take_back::TakeBack;

pub fn take_back(saved: &SavedConversation) -> Option<TakeBack> {
    let main = export(&saved.transcript, &saved.id)?;
    // A subagent whose rows are not complete is no reason to lose the conversation.
    let subagents = saved.subagents.iter().filter_map(|(id, rows)| export(rows, id));
    let documents: Vec<_> = std::iter::once(main).chain(subagents).collect();
    Some(TakeBack::new(["import"], documents))
}

/// Returns the export of a conversation; None if its own row is not among these.
fn export(rows: &[u8], id: &str) -> Option<Vec<u8>> {
    let rows = last_states(rows);
    let session = rows.iter().find(|row| text(row, "id") == Some(id))?;
    let mut messages = Vec::new();
    for row in rows.iter().filter(|row| is_part_of(row, "session_id", id)) {
        if row.contains_key("message_id") {
            continue;
        }
        let Some(message) = text(row, "id") else { continue };
        let own = [("id", message), ("sessionID", id)];
        let parts = rows.iter().filter(|part| is_part_of(part, "message_id", message));
        let parts: Vec<Value> = parts
            .filter_map(|part| {
                let own = [("id", text(part, "id")?), ("sessionID", id), ("messageID", message)];
                Some(data(part, &own))
            })
            .collect();
        messages.push(object([("info", data(row, &own)), ("parts", parts.into())]));
    }
    let export = object([("info", info(session)), ("messages", messages.into())]);
    serde_json::to_vec(&export).ok()
}

/// Returns the rows as they were captured last, in the order in which they came first.
fn last_states(lines: &[u8]) -> Vec<Map<String, Value>> {
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let Ok(Value::Object(row)) = serde_json::from_slice(line) else { continue };
        let Some(id) = text(&row, "id") else { continue };
        match places.get(id) {
            Some(&place) => rows[place] = row,
            None => {
                places.insert(id.to_owned(), rows.len());
                rows.push(row);
            }
        }
    }
    rows
}

/// The columns of a session that are in its export under these names.
const COLUMNS: [(&str, &[&str]); 24] = [
    ("id", &["id"]),
    ("slug", &["slug"]),
    ("project_id", &["projectID"]),
    ("directory", &["directory"]),
    ("path", &["path"]),
    ("parent_id", &["parentID"]),
    ("title", &["title"]),
    ("agent", &["agent"]),
    ("version", &["version"]),
    ("cost", &["cost"]),
    ("model", &["model"]),
    ("permission", &["permission"]),
    ("revert", &["revert"]),
    ("summary_additions", &["summary", "additions"]),
    ("summary_deletions", &["summary", "deletions"]),
    ("summary_files", &["summary", "files"]),
    ("tokens_input", &["tokens", "input"]),
    ("tokens_output", &["tokens", "output"]),
    ("tokens_reasoning", &["tokens", "reasoning"]),
    ("tokens_cache_read", &["tokens", "cache", "read"]),
    ("tokens_cache_write", &["tokens", "cache", "write"]),
    ("time_created", &["time", "created"]),
    ("time_updated", &["time", "updated"]),
    ("time_compacting", &["time", "compacting"]),
];

/// The columns with JSON in a text.
const JSON: [&str; 3] = ["model", "permission", "revert"];

fn info(session: &Map<String, Value>) -> Value {
    let mut info = Value::Object(Map::new());
    for (column, path) in COLUMNS {
        let Some(value) = session.get(column).filter(|value| !value.is_null()) else { continue };
        let value = match value.as_str() {
            Some(text) if JSON.contains(&column) => match serde_json::from_str(text) {
                Ok(value) => value,
                Err(_) => continue,
            },
            _ => value.clone(),
        };
        let place = path.iter().fold(&mut info, |at, key| &mut at[*key]);
        *place = value;
    }
    info
}

/// Returns what a row has as JSON, with its ids.
fn data(row: &Map<String, Value>, own: &[(&str, &str)]) -> Value {
    let data = text(row, "data").and_then(|text| serde_json::from_str(text).ok());
    let mut data = match data {
        Some(Value::Object(data)) => data,
        _ => Map::new(),
    };
    data.extend(own.iter().map(|(key, id)| ((*key).to_owned(), (*id).into())));
    Value::Object(data)
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn is_part_of(row: &Map<String, Value>, column: &str, id: &str) -> bool {
    text(row, column) == Some(id)
}

fn text<'r>(row: &'r Map<String, Value>, column: &str) -> Option<&'r str> {
    row.get(column)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = r#"{"id":"ses_1","directory":"/w","title":"T","model":"{\"id\":\"m\"}","parent_id":null,"revert":"no","time_created":1,"tokens_cache_read":2}"#;

    fn exported(lines: &[&str]) -> Option<Value> {
        let bytes = export(lines.join("\n").as_bytes(), "ses_1")?;
        Some(serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn rows_become_messages_with_their_parts() {
        let part = |text: &str| {
            format!(
                r#"{{"id":"prt_1","message_id":"msg_1","session_id":"ses_1","data":"{{\"type\":\"text\",\"text\":\"{text}\"}}"}}"#
            )
        };
        let message = r#"{"id":"msg_1","session_id":"ses_1","data":"{\"role\":\"user\"}"}"#;
        let other = r#"{"id":"msg_2","session_id":"ses_2","data":"{}"}"#;
        let export =
            exported(&[SESSION, message, &part("half"), "torn {", other, &part("whole")]).unwrap();
        let expected = serde_json::json!({
            "info": {
                "id": "ses_1", "directory": "/w", "title": "T", "model": {"id": "m"},
                "time": {"created": 1}, "tokens": {"cache": {"read": 2}},
            },
            "messages": [{
                "info": {"role": "user", "id": "msg_1", "sessionID": "ses_1"},
                "parts": [{
                    "type": "text", "text": "whole",
                    "id": "prt_1", "sessionID": "ses_1", "messageID": "msg_1",
                }],
            }],
        });
        assert_eq!(export, expected);
    }

    #[test]
    fn there_is_none_without_the_conversation_itself() {
        assert_eq!(exported(&[]), None);
        assert_eq!(exported(&[r#"{"id":"msg_1","session_id":"ses_1","data":"{}"}"#]), None);
    }
}

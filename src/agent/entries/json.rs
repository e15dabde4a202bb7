//! Shorthands for JSON that anybody may have written.

use serde_json::Value;

use crate::model::Timestamp;
use crate::transcript::TranscriptEntry;

/// Parses a line. serde_json refuses what is nested more than 128 levels deep.
pub fn parse(line: &[u8]) -> Option<Value> {
    serde_json::from_slice(line).ok()
}

/// Returns the text at a key, or an empty one.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the text at a key, if there is one.
pub fn some_text(value: &Value, key: &str) -> Option<String> {
    Some(text(value, key)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns the number at a key, or 0.
pub fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// Returns the time at a key.
pub fn time(value: &Value, key: &str) -> Option<Timestamp> {
    text(value, key).parse().ok()
}

/// Returns the elements of the list at a key.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Gives all entries of a line what the line says once.
pub fn with_all(
    mut entries: Vec<TranscriptEntry>,
    set: impl Fn(&mut TranscriptEntry),
) -> Vec<TranscriptEntry> {
    entries.iter_mut().for_each(set);
    entries
}

//! JSON that anybody may have written: reading it, and what becomes of it in a record.

use serde_json::Value as Json;

use crate::model::{Map, Timestamp, Value};

/// The depth to which values are kept as such in a record. What is deeper becomes a text of JSON.
const DEPTH: usize = 16;

/// Converts JSON to a value of a record.
pub fn value(json: &Json) -> Value {
    at_depth(json, DEPTH)
}

fn at_depth(json: &Json, depth: usize) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::String(text) => Value::String(text.clone()),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(int), ..) => Value::Int(int),
            (_, Some(uint), _) => Value::Uint(uint),
            (.., Some(float)) => Value::number(Value::Float(float), &number.to_string()),
            _ => Value::String(number.to_string()),
        },
        Json::Array(_) | Json::Object(_) if depth == 0 => Value::String(json.to_string()),
        Json::Array(list) => Value::List(list.iter().map(|it| at_depth(it, depth - 1)).collect()),
        Json::Object(object) => Value::Map(
            object.iter().map(|(key, it)| (key.as_str().into(), at_depth(it, depth - 1))).collect(),
        ),
    }
}

/// An object from which what has a meaning here is taken; the rest goes to `context`.
#[derive(Debug, Default)]
pub struct Object(serde_json::Map<String, Json>);

impl Object {
    /// Returns None for JSON that is no object.
    pub fn new(json: Json) -> Option<Self> {
        match json {
            Json::Object(object) => Some(Self(object)),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> &Json {
        self.0.get(key).unwrap_or(&Json::Null)
    }

    /// Takes the value of a key; a null counts as missing.
    pub fn take(&mut self, key: &str) -> Option<Json> {
        self.0.remove(key).filter(|value| !value.is_null())
    }

    /// Takes the value of a key if `take` makes something of it. Otherwise it stays.
    pub fn take_if<T>(&mut self, key: &str, take: impl FnOnce(&Json) -> Option<T>) -> Option<T> {
        let taken = take(self.0.get(key)?)?;
        self.0.remove(key);
        Some(taken)
    }

    /// Takes a text.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.take_if(key, |value| value.as_str().map(str::to_owned))
    }

    /// Takes a text that is not empty.
    pub fn some_text(&mut self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.trim().is_empty())
    }

    /// Takes a time: RFC 3339, or milliseconds.
    pub fn time(&mut self, key: &str) -> Option<Timestamp> {
        self.take_if(key, time)
    }

    /// Takes an object.
    pub fn object(&mut self, key: &str) -> Self {
        self.take_if(key, |value| value.as_object().cloned()).map(Self).unwrap_or_default()
    }

    /// Takes a list of texts, in which everything else is left out.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let texts = |value: &Json| {
            let list = value.as_array()?.iter();
            Some(list.filter_map(|it| it.as_str().map(str::to_owned)).collect())
        };
        self.take_if(key, texts).unwrap_or_default()
    }

    /// Puts the entries of another object back.
    pub fn put(&mut self, key: &str, object: Self) {
        if !object.0.is_empty() {
            self.0.insert(key.to_owned(), Json::Object(object.0));
        }
    }

    /// Returns what was not taken, without nulls.
    pub fn rest(self) -> Map {
        let some = self.0.iter().filter(|(_, it)| !it.is_null());
        some.map(|(key, it)| (key.as_str().into(), value(it))).collect()
    }
}

/// Reads a time: RFC 3339, or milliseconds since 1970.
pub fn time(value: &Json) -> Option<Timestamp> {
    match value {
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => {
            let millis = number.as_i64().or_else(|| number.as_u64().map(|_| i64::MAX));
            millis.map(Timestamp::from_millis)
        }
        _ => None,
    }
}

/// Returns the text at a key, or an empty one.
pub fn text<'v>(value: &'v Json, key: &str) -> &'v str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// Returns a content as text: itself, its `text`, or its JSON.
pub fn plain(content: &Json) -> String {
    match content {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Object(object) if object.len() == 1 && object.contains_key("text") => {
            plain(&content["text"])
        }
        other => other.to_string(),
    }
}

/// Tally the values that are named in a note: `1 message with role 'developer'`.
#[derive(Debug, Default)]
pub struct Tally(std::collections::BTreeMap<String, usize>);

impl Tally {
    pub fn add(&mut self, what: String) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn notes(self, of: &str) -> impl Iterator<Item = String> {
        self.0.into_iter().map(move |(what, count)| match count {
            1 => format!("1 {of} {what}"),
            _ => format!("{count} {of}s {what}"),
        })
    }
}

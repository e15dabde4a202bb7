//! Reads and writes the fields of a record.

use std::str::FromStr;

use super::error::RecordError;
use crate::model::name::{is_branch_name, is_folder, is_url};
use crate::model::{Map, Value};

/// Builds a map without empty values.
#[derive(Default)]
pub struct Writer(Map);

impl Writer {
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key, value);
    }

    pub fn option(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    pub fn finish(mut self, extra: &Map) -> Map {
        self.0.extend(extra.clone());
        self.0
    }
}

/// Takes the known keys out of a map; the remaining keys are unknown. A null counts as missing.
pub struct Reader {
    prefix: String,
    map: Map,
}

impl Reader {
    pub fn new(prefix: &str, map: Map) -> Self {
        Self { prefix: prefix.to_owned(), map }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key).filter(|value| !matches!(value, Value::Null))
    }

    fn invalid(&self, key: &str, expected: &'static str, found: &Value) -> RecordError {
        invalid(&format!("{}{key}", self.prefix), expected, found)
    }

    /// Takes a text. An unquoted number or boolean, as people write it by hand, counts as its text.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, RecordError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(value) if is_scalar(&value) => Ok(Some(value.label())),
            Some(other) => Err(self.invalid(key, "text", &other)),
        }
    }

    pub fn parse<T: FromStr>(
        &mut self,
        key: &str,
        expected: &'static str,
    ) -> Result<Option<T>, RecordError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let parsed = text.parse().map_err(|_| self.invalid(key, expected, &Value::String(text)))?;
        Ok(Some(parsed))
    }

    pub fn checked(
        &mut self,
        key: &str,
        expected: &'static str,
        check: fn(&str) -> bool,
    ) -> Result<Option<String>, RecordError> {
        match self.text(key)? {
            Some(text) if !check(&text) => Err(self.invalid(key, expected, &Value::String(text))),
            other => Ok(other),
        }
    }

    pub fn branch(&mut self, key: &str) -> Result<Option<String>, RecordError> {
        self.checked(key, "a branch name", is_branch_name)
    }

    pub fn folder(&mut self, key: &str) -> Result<Option<String>, RecordError> {
        self.checked(key, "a path below the top directory", is_folder)
    }

    pub fn url(&mut self, key: &str) -> Result<Option<String>, RecordError> {
        self.checked(key, "a URL", is_url)
    }

    pub fn number(&mut self, key: &str) -> Result<Option<u64>, RecordError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = value.as_u64();
        number.map(Some).ok_or_else(|| self.invalid(key, "a whole number, 0 or more", &value))
    }

    pub fn float(&mut self, key: &str) -> Result<Option<f64>, RecordError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = value.as_f64().filter(|n| n.is_finite());
        number.map(Some).ok_or_else(|| self.invalid(key, "a number", &value))
    }

    pub fn texts(&mut self, key: &str) -> Result<Vec<String>, RecordError> {
        let list = match self.take(key) {
            None => return Ok(Vec::new()),
            Some(Value::List(list)) => list,
            Some(other) => return Err(self.invalid(key, "a list of words", &other)),
        };
        list.into_iter()
            .map(|item| match item {
                Value::String(text) => Ok(text),
                value if is_scalar(&value) => Ok(value.label()),
                other => Err(self.invalid(key, "a list of words", &other)),
            })
            .collect()
    }

    pub fn map(&mut self, key: &str) -> Result<Map, RecordError> {
        match self.take(key) {
            None => Ok(Map::new()),
            Some(Value::Map(map)) => Ok(map),
            Some(other) => Err(self.invalid(key, "a mapping", &other)),
        }
    }

    pub fn rest(self) -> Map {
        self.map
    }
}

/// Returns true for values that count as their text if text is expected.
fn is_scalar(value: &Value) -> bool {
    use Value::{Bool, Float, Int, Literal, Uint};
    matches!(value, Int(_) | Uint(_) | Float(_) | Literal(..) | Bool(_))
}

pub fn invalid(key: &str, expected: &'static str, found: &Value) -> RecordError {
    let found = found.label().chars().take(80).collect();
    RecordError::Invalid { key: key.to_owned(), expected, found }
}

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A YAML value.
///
/// It can represent everything that YAML can express, including keys of any type and tags, so that
/// unknown content is written back unchanged.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A negative whole number, or one that fits both.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// A number with a fraction, an infinity or NaN.
    Float(f64),
    /// A number and its text, if it would be written differently: `1.50`, `0x1F`, more than 64
    /// bits.
    Literal(String, Box<Value>),
    /// Text
    String(String),
    /// A sequence
    List(Vec<Value>),
    /// A mapping
    Map(Map),
    /// `!tag value`
    Tagged(String, Box<Value>),
}

/// An ordered mapping from values to values; keys are unique.
#[derive(Debug, Clone, Default)]
pub struct Map(Vec<(Value, Value)>);

impl Value {
    /// Makes a number that was written as `text`. It keeps the text if this version would write the
    /// number differently. A number with an exponent always keeps it, because programs differ in
    /// how they write exponents.
    pub fn number(number: Value, text: &str) -> Self {
        let is_own = match &number {
            Value::Int(i) => i.to_string() == text,
            Value::Uint(u) => u.to_string() == text,
            Value::Float(f) if f.is_finite() => {
                ryu::Buffer::new().format_finite(*f) == text && !text.contains('e')
            }
            Value::Float(_) => [".inf", "-.inf", ".nan"].contains(&text),
            _ => false,
        };
        match number {
            number if is_own => number,
            Value::Literal(_, number) => Value::Literal(text.to_owned(), number),
            number => Value::Literal(text.to_owned(), Box::new(number)),
        }
    }

    /// Returns the text, if the value is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// Returns the number, if the value is a non-negative whole number.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Int(i) => u64::try_from(*i).ok(),
            Value::Uint(u) => Some(*u),
            Value::Literal(_, number) => number.as_u64(),
            _ => None,
        }
    }

    /// Returns the number, whole or not.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(i) => Some(*i as f64),
            Value::Uint(u) => Some(*u as f64),
            Value::Float(f) => Some(*f),
            Value::Literal(_, number) => number.as_f64(),
            _ => None,
        }
    }

    /// Returns the mapping, if the value is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Value::Uint(number), Value::Int)
    }
}

impl Map {
    /// Returns an empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a map of entries with unique keys.
    ///
    /// # Errors
    /// Fails with the first key that occurs twice. If there are many keys, their labels are hashed,
    /// to avoid quadratic cost.
    pub fn from_unique(entries: Vec<(Value, Value)>) -> Result<Self, Value> {
        if entries.len() <= 32 {
            let is_double = |at: usize| entries[..at].iter().any(|(key, _)| *key == entries[at].0);
            return match (1..entries.len()).find(|at| is_double(*at)) {
                Some(at) => Err(entries[at].0.clone()),
                None => Ok(Self(entries)),
            };
        }
        let mut seen = std::collections::HashSet::with_capacity(entries.len());
        for (key, _) in &entries {
            let kind = std::mem::discriminant(key);
            if !seen.insert((kind, key.label())) {
                return Err(key.clone());
            }
        }
        Ok(Self(entries))
    }

    /// Returns true if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the value of a text key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v)
    }

    /// Returns the value of a text key for changing in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v)
    }

    /// Sets the value of `key`: in place if the key exists, otherwise at the end.
    ///
    /// Returns the old value, if there was one.
    pub fn insert(&mut self, key: impl Into<Value>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(k, _)| *k == key) {
            Some((_, old)) => Some(std::mem::replace(old, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    /// Removes a text key and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(k, _)| k.as_str() == Some(key))?;
        Some(self.0.remove(at).1)
    }

    /// Removes a key of any type.
    pub fn take(&mut self, key: &Value) {
        self.0.retain(|(other, _)| other != key);
    }

    /// Returns the entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &Value)> {
        self.0.iter().map(|(k, v)| (k, v))
    }

    /// Returns the entries with their keys as text. Of keys that differ only in their type, such as
    /// `1` and `"1"`, the last one counts.
    pub(crate) fn labelled(&self) -> Vec<(Cow<'_, str>, &Value)> {
        let is_text = self.iter().all(|(key, _)| key.as_str().is_some());
        let mut entries: Vec<(Cow<'_, str>, &Value)> = Vec::with_capacity(self.len());
        for (key, value) in self.iter() {
            let label = key.as_str().map_or_else(|| key.label().into(), Cow::Borrowed);
            match entries.iter_mut().find(|(known, _)| !is_text && *known == label) {
                Some((_, last)) => *last = value,
                None => entries.push((label, value)),
            }
        }
        entries
    }

    /// Adds all entries of another map.
    pub fn extend(&mut self, other: Map) {
        for (key, value) in other.0 {
            self.insert(key, value);
        }
    }
}

/// Numbers compare by their bits, so that NaN equals itself.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Uint(a), Value::Uint(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Literal(s, a), Value::Literal(t, b)) => s == t && a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            (Value::Tagged(s, a), Value::Tagged(t, b)) => s == t && a == b,
            _ => false,
        }
    }
}

/// Equality ignores the order of entries.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.0.iter().all(|(k, v)| other.0.iter().any(|(ok, ov)| k == ok && v == ov))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(map)
    }
}

impl IntoIterator for Map {
    type Item = (Value, Value);
    type IntoIter = std::vec::IntoIter<(Value, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(Value, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(entries: I) -> Self {
        let mut map = Map::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

/// For formats such as JSON, which have neither tags nor keys other than text: tags are left out,
/// and keys are written as text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => to.serialize_unit(),
            Value::Bool(b) => to.serialize_bool(*b),
            Value::Int(i) => to.serialize_i64(*i),
            Value::Uint(u) => to.serialize_u64(*u),
            Value::Float(f) => to.serialize_f64(*f),
            Value::Literal(_, number) => number.serialize(to),
            Value::String(s) => to.serialize_str(s),
            Value::List(list) => {
                let mut seq = to.serialize_seq(Some(list.len()))?;
                for item in list {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Value::Map(map) => map.serialize(to),
            Value::Tagged(_, value) => value.serialize(to),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let entries = self.labelled();
        let mut map = to.serialize_map(Some(entries.len()))?;
        for (key, value) in entries {
            map.serialize_entry(&*key, value)?;
        }
        map.end()
    }
}

impl Value {
    /// Returns a one-line text form of the value: text and numbers as they are written, anything
    /// else as JSON, in which numbers also keep their text.
    pub fn label(&self) -> String {
        match self {
            Value::String(text) => text.clone(),
            other => other.compact(),
        }
    }

    fn compact(&self) -> String {
        let join = |parts: Vec<String>| parts.join(",");
        match self {
            Value::Literal(text, _) => text.clone(),
            Value::Tagged(_, value) => value.compact(),
            Value::List(list) => format!("[{}]", join(list.iter().map(Value::compact).collect())),
            Value::Map(map) => {
                let entry = |(key, value): (&Value, &Value)| {
                    format!("{}:{}", Value::String(key.label()).compact(), value.compact())
                };
                format!("{{{}}}", join(map.iter().map(entry).collect()))
            }
            scalar => serde_json::to_string(scalar).unwrap_or_else(|_| "null".to_owned()),
        }
    }
}

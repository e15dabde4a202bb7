//! The YAML 1.2 encoding of a record: a single document, within limits. No other file uses the YAML
//! library. [`block`] parses what this program wrote without it.

mod ambiguous;
mod block;
mod brackets;
mod limits;
mod literal;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_yaml::value::Tag;

pub use limits::{LIMITS, Limits};
use literal::{Floats, Literals, TagName};

use crate::model::{ErrorKind, Map, Project, RecordError, Recovery, Session, SessionId, Value};

/// Why a blob of the store is not a valid record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordProblem {
    /// The record exceeds [`LIMITS`].
    #[error("larger than {} KiB", LIMITS.bytes / 1024)]
    TooLarge,
    /// The text is not YAML, or exceeds [`LIMITS`].
    #[error("not valid YAML: {0}")]
    Yaml(String),
    /// The YAML is not a record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The id or project in the record differs from its path.
    #[error("says '{found}', but its path says '{expected}'")]
    Misplaced {
        /// The id or project in the path.
        expected: String,
        /// The id or project in the record.
        found: String,
    },
    /// The object cannot be read.
    #[error("{0}")]
    Object(String),
}

impl RecordProblem {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Record(RecordError::Newer(_)) => ErrorKind::Newer,
            _ => ErrorKind::Corrupt,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl RecordProblem {
    /// Returns true if a newer version wrote the record. Such a record is not damaged.
    pub fn is_newer(&self) -> bool {
        self.kind() == ErrorKind::Newer
    }
}

/// Decodes the record of session `id` in `project`.
pub fn decode(bytes: &[u8], id: SessionId, project: &Project) -> Result<Session, RecordProblem> {
    let session = Session::from_record(parse(bytes)?, project)?;
    let misplaced = |expected: String, found: String| RecordProblem::Misplaced { expected, found };
    if session.id != id {
        return Err(misplaced(id.to_string(), session.id.to_string()));
    }
    if session.project_id != *project {
        return Err(misplaced(project.to_string(), session.project_id.to_string()));
    }
    Ok(session)
}

/// Encodes a record.
pub fn encode(session: &Session) -> Result<Vec<u8>, RecordProblem> {
    let bytes = render(&session.to_record())?.into_bytes();
    if bytes.len() > LIMITS.bytes { Err(RecordProblem::TooLarge) } else { Ok(bytes) }
}

/// Parses YAML text into the stored form of a record.
///
/// # Errors
/// Fails if the text is not a YAML mapping, or exceeds [`LIMITS`].
pub fn parse(bytes: &[u8]) -> Result<Map, RecordProblem> {
    if let Some(map) = block::parse(bytes) {
        return Ok(map);
    }
    match parse_value(bytes)? {
        Value::Map(map) => Ok(map),
        _ => Err(RecordProblem::Yaml("not a mapping".to_owned())),
    }
}

fn parse_value(bytes: &[u8]) -> Result<Value, RecordProblem> {
    if bytes.len() > LIMITS.bytes {
        return Err(RecordProblem::TooLarge);
    }
    if brackets::are_too_deep(bytes) {
        return Err(RecordProblem::Yaml("nested too deeply".to_owned()));
    }
    let mut budget = Budget { values: LIMITS.values, text: 2 * LIMITS.bytes, floats: Floats::None };
    let value = read(bytes, &mut budget).map_err(problem)?;
    match literal::has_odd_number(bytes, budget.floats) {
        true => with_texts(value, bytes),
        false => Ok(value),
    }
}

/// Adds the original text of numbers to a value, from the same bytes. The library gives either the
/// meaning of a scalar or its text, so the bytes are read a second time.
fn with_texts(value: Value, bytes: &[u8]) -> Result<Value, RecordProblem> {
    let texts = Literals { value, exact: literal };
    texts.deserialize(serde_yaml::Deserializer::from_slice(bytes)).map_err(problem)
}

fn problem(error: serde_yaml::Error) -> RecordProblem {
    RecordProblem::Yaml(error.to_string())
}

fn read(bytes: &[u8], budget: &mut Budget) -> Result<Value, serde_yaml::Error> {
    let seed = Seed { budget, depth: LIMITS.depth };
    seed.deserialize(serde_yaml::Deserializer::from_slice(bytes))
}

/// Returns the number with its text, if the text means the same.
fn literal(number: Value, text: &str) -> Value {
    let exact = Value::number(number.clone(), text);
    if exact == number || !literal::is_plain(text) {
        return number;
    }
    let mut budget = Budget { values: 1, text: 2 * text.len() + 40, floats: Floats::None };
    let is_same = read(text.as_bytes(), &mut budget).ok().as_ref() == Some(&number);
    if is_same { exact } else { number }
}

/// Formats the stored form of a record as YAML text.
///
/// # Errors
/// Fails if the text could not be parsed again, or would exceed [`LIMITS`].
pub fn render(map: &Map) -> Result<String, RecordProblem> {
    if let Some(text) = write_marked(map, MARK)? {
        return Ok(text);
    }
    // The record contains the mark itself: choose another one.
    let plain = write(map, &Quotes { mark: None, made: Cell::new(0) })?;
    match ('\u{e000}'..MARK).find(|mark| !plain.contains(*mark)) {
        Some(mark) => Ok(write_marked(map, mark)?.unwrap_or(plain)),
        None => Ok(plain),
    }
}

fn write_marked(map: &Map, mark: char) -> Result<Option<String>, RecordProblem> {
    let quotes = Quotes { mark: Some(mark), made: Cell::new(0) };
    let text = write(map, &quotes)?;
    Ok(match quotes.made.get() {
        0 => Some(text),
        made if text.matches(mark).count() != made => None,
        _ => Some(text.replace(&format!("'!{mark}"), "'").replace(mark, "")),
    })
}

fn write(map: &Map, quotes: &Quotes) -> Result<String, RecordProblem> {
    let entries = Entries { map, quotes };
    serde_yaml::to_string(&entries).map_err(|error| RecordProblem::Yaml(error.to_string()))
}

/// Marks ambiguous text and numbers that keep their text until they are written. Ambiguous text
/// gets a `!` before the mark, which makes the library quote it; numbers are written without the
/// quotes that the library adds.
const MARK: char = '\u{f8ff}';

/// How ambiguous text is quoted.
struct Quotes {
    mark: Option<char>,
    made: Cell<usize>,
}

/// A value to be written as YAML. Maps do not announce their length: the library would take a map
/// with a single entry for a tag, and write it wrong if its key is a list or a map.
struct Written<'v> {
    value: &'v Value,
    quotes: &'v Quotes,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let quotes = self.quotes;
        let written = |value| Written { value, quotes };
        match self.value {
            Value::Null => to.serialize_unit(),
            Value::Bool(b) => to.serialize_bool(*b),
            Value::Int(i) => to.serialize_i64(*i),
            Value::Uint(u) => to.serialize_u64(*u),
            Value::Float(f) => to.serialize_f64(*f),
            Value::String(s) => match quotes.mark.filter(|_| ambiguous::is_ambiguous(s)) {
                Some(mark) => {
                    quotes.made.set(quotes.made.get() + 1);
                    to.serialize_str(&format!("!{mark}{s}"))
                }
                None => to.serialize_str(s),
            },
            Value::Literal(text, number) => match quotes.mark {
                Some(mark) => {
                    quotes.made.set(quotes.made.get() + 1);
                    to.serialize_str(&format!("{mark}{text}"))
                }
                None => written(number).serialize(to),
            },
            Value::List(list) => to.collect_seq(list.iter().map(written)),
            Value::Map(map) => Entries { map, quotes }.serialize(to),
            Value::Tagged(tag, value) => {
                let mut tagged = to.serialize_map(Some(1))?;
                tagged.serialize_entry(&WrittenTag(tag), &written(value))?;
                tagged.end()
            }
        }
    }
}

struct Entries<'m> {
    map: &'m Map,
    quotes: &'m Quotes,
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut entries = to.serialize_map(None)?;
        for (key, value) in self.map.iter() {
            let time = key.as_str().filter(|key| is_time(key)).and(value.as_str());
            let key = Written { value: key, quotes: self.quotes };
            match time {
                Some(time) if time.contains('T') => entries.serialize_entry(&key, time)?,
                _ => entries.serialize_entry(&key, &Written { value, quotes: self.quotes })?,
            }
        }
        entries.end()
    }
}

/// Returns true if the key holds a time. Times need no quotes: a reader may parse them as such.
fn is_time(key: &str) -> bool {
    key == "at" || key.ends_with("_at")
}

struct WrittenTag<'v>(&'v str);

impl Serialize for WrittenTag<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&Tag::new(self.0))
    }
}

/// The number of values that may still be read. With aliases, a small text can stand for a large
/// value.
struct Budget {
    values: usize,
    text: usize,
    /// Whether a number was read that may have been written in another form.
    floats: Floats,
}

impl Budget {
    fn spend<E: Error>(&mut self, text: usize) -> Result<(), E> {
        let enough = self.values > 0 && self.text >= text;
        if !enough {
            return Err(E::custom("stands for more than a record may hold"));
        }
        self.values -= 1;
        self.text -= text;
        Ok(())
    }
}

struct Seed<'b> {
    budget: &'b mut Budget,
    depth: usize,
}

impl Seed<'_> {
    fn below<E: Error>(&mut self) -> Result<Seed<'_>, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Seed { budget: self.budget, depth })
    }
}

impl Seed<'_> {
    /// Reads an integer that exceeds 64 bits, with all its digits.
    fn visit_large<E: Error>(self, digits: String) -> Result<Value, E> {
        self.budget.floats = Floats::Some;
        self.budget.spend(digits.len())?;
        Ok(Value::Literal(digits.clone(), Box::new(digits.into())))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Null)
    }

    /// Reads an empty text as null.
    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.budget.spend(0).map(|()| value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_large(value.to_string())
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_large(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.budget.floats = Floats::Some;
        self.budget.spend(0).map(|()| Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.budget.spend(value.len()).map(|()| value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        self.budget.spend(0)?;
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(self.below()?)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        self.budget.spend(0)?;
        let mut entries: Vec<(Value, Value)> = Vec::new();
        while let Some(key) = from.next_key_seed(self.below()?)? {
            let value = from.next_value_seed(self.below()?)?;
            entries.push((key, value));
        }
        Map::from_unique(entries)
            .map(Value::Map)
            .map_err(|key| A::Error::custom(format!("key '{}' stands there twice", key.label())))
    }

    fn visit_enum<A: EnumAccess<'de>>(mut self, from: A) -> Result<Value, A::Error> {
        self.budget.spend(0)?;
        let (tag, rest) = from.variant_seed(TagName)?;
        if !is_tag(&tag) {
            return Err(A::Error::custom("a tag that cannot be written back"));
        }
        let value = rest.newtype_variant_seed(self.below()?)?;
        Ok(Value::Tagged(tag, Box::new(value)))
    }
}

/// Returns true if a tag is read back as it was written. Other tags would be escaped.
fn is_tag(tag: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    tag == "!" || !tag.is_empty() && tag.chars().all(is_plain)
}

use std::str::FromStr;

use super::rules::FIXED;
use super::scalar::{number, scalar};
use crate::model::{ErrorKind, KEYS, Map, Recovery, Value, nearest};

/// A change of one field, as a person types it.
///
/// - `title=Fix it` sets a field, `title=` empties it
/// - `agent_config.model=opus`: dots lead into a mapping
/// - `tags=a,b` sets all tags, `tags+=a,b` adds some, `tags-=a` takes some away
///
/// The field determines the type of the value: text stays text (`issue_id=42` is the text 42). A
/// field that accepts any value, such as a key in `context`, parses it like JSON: `42`, `1.50` and
/// `true` are not text, but `"42"`, `+5` and `text` are. A number keeps its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    path: Vec<String>,
    how: How,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Set,
    Add,
    Remove,
}

/// Why a text is not a valid assignment, or does not fit the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignmentError {
    /// The text has no `=`, or nothing before it.
    #[error("'{0}' is not of the form <field>=<value>")]
    NoAssignment(String),
    /// There is no such field.
    #[error("unknown field '{field}'")]
    Unknown {
        /// What was typed.
        field: String,
        /// What may have been meant.
        similar: Option<String>,
    },
    /// The field has no subfields.
    #[error("'{0}' has no subfields")]
    NoMapping(String),
    /// The field is maintained by git-ao.
    #[error("'{0}' cannot be changed")]
    Fixed(String),
    /// The field is a mapping, whose keys are set one by one.
    #[error("'{0}' is a mapping: set a key in it")]
    Mapping(String),
    /// The field is not a list, so `+=` and `-=` do not apply.
    #[error("'{0}' is not a list: use '=', not '+=' or '-='")]
    NoList(String),
    /// The field cannot be empty.
    #[error("'{0}' cannot be empty")]
    Needed(String),
    /// The field is a number.
    #[error("'{field}' must be a number, not '{value}'")]
    NoNumber {
        /// The field.
        field: String,
        /// What was typed.
        value: String,
    },
}

impl AssignmentError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::Fixed(_) => ErrorKind::Refused,
            Self::NoAssignment(_)
            | Self::NoMapping(_)
            | Self::Mapping(_)
            | Self::NoList(_)
            | Self::Needed(_)
            | Self::NoNumber { .. } => ErrorKind::Invalid,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// The type of a top-level field.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Text,
    Number,
    Words,
    /// A mapping whose values are text. The next two are mappings, too.
    Texts,
    Numbers,
    Free,
}

fn shape(key: &str) -> Shape {
    match key {
        "schema" | "pr_number" => Shape::Number,
        "tags" => Shape::Words,
        "base" | "fork" | "landed" => Shape::Texts,
        "cost" => Shape::Numbers,
        "agent_config" | "context" | "placements" | "transcripts" | "usage" => Shape::Free,
        _ => Shape::Text,
    }
}

impl FromStr for Assignment {
    type Err = AssignmentError;

    fn from_str(text: &str) -> Result<Self, AssignmentError> {
        let malformed = || AssignmentError::NoAssignment(text.chars().take(80).collect());
        let (field, value) = text.split_once('=').ok_or_else(malformed)?;
        let (field, how) = match (field.strip_suffix('+'), field.strip_suffix('-')) {
            (Some(field), _) => (field, How::Add),
            (_, Some(field)) => (field, How::Remove),
            _ => (field, How::Set),
        };
        let path: Vec<String> = field.trim().split('.').map(str::to_owned).collect();
        if path.iter().any(|part| part.is_empty()) {
            return Err(malformed());
        }
        Ok(Self { path, how, value: value.to_owned() })
    }
}

impl Assignment {
    /// Returns the field, with dots between levels.
    pub fn field(&self) -> String {
        self.path.join(".")
    }

    /// Applies the change to a record. It does not check whether the record is still valid, and
    /// whether the change is allowed: see
    /// [`Session::from_record`](crate::model::Session::from_record) and
    /// [`check_change`](super::check_change).
    ///
    /// # Errors
    /// Fails if the field is unknown, cannot be changed, or does not accept the value. The record is then
    /// unchanged.
    pub fn apply(&self, record: &mut Map) -> Result<(), AssignmentError> {
        let (first, below) = self.path.split_first().expect("a path has at least one part");
        if !KEYS.contains(&first.as_str()) {
            let similar = nearest(first, KEYS).map(str::to_owned);
            return Err(AssignmentError::Unknown { field: first.clone(), similar });
        }
        let shape = shape(first);
        if shape == Shape::Words && below.is_empty() {
            return self.change_words(first, record);
        }
        if self.how != How::Set {
            return Err(AssignmentError::NoList(self.field()));
        }
        if self.value.is_empty() && ["status", "kind"].contains(&first.as_str()) {
            return Err(AssignmentError::Needed(first.clone()));
        }
        let nested = matches!(shape, Shape::Texts | Shape::Numbers | Shape::Free);
        match (nested, below.is_empty(), self.value.is_empty()) {
            (false, false, _) => Err(AssignmentError::NoMapping(first.clone())),
            (true, true, false) if FIXED.contains(&first.as_str()) => {
                Err(AssignmentError::Fixed(first.clone()))
            }
            (true, true, false) => Err(AssignmentError::Mapping(first.clone())),
            (_, _, true) => {
                remove(record, &self.path);
                Ok(())
            }
            _ => insert(record, &self.path, self.typed(shape)?),
        }
    }

    fn typed(&self, shape: Shape) -> Result<Value, AssignmentError> {
        let text = match self.path[0].as_str() {
            // People may write these as `#42`.
            "pr_number" | "issue_id" => self.value.strip_prefix('#').unwrap_or(&self.value),
            _ => &self.value,
        };
        match shape {
            Shape::Text | Shape::Texts | Shape::Words => Ok(text.into()),
            Shape::Free => Ok(scalar(&self.value)),
            Shape::Number | Shape::Numbers => {
                number(text).ok_or_else(|| AssignmentError::NoNumber {
                    field: self.field(),
                    value: self.value.chars().take(80).collect(),
                })
            }
        }
    }

    fn change_words(&self, key: &str, record: &mut Map) -> Result<(), AssignmentError> {
        let words = self.value.split(',').map(str::trim).filter(|word| !word.is_empty());
        let words: Vec<Value> = words.map(Value::from).collect();
        let mut list = match record.get(key) {
            Some(Value::List(list)) if self.how != How::Set => list.clone(),
            _ => Vec::new(),
        };
        if self.how == How::Remove {
            list.retain(|word| !words.contains(word));
        } else {
            for word in words {
                if !list.contains(&word) {
                    list.push(word);
                }
            }
        }
        if list.is_empty() {
            record.remove(key);
        } else {
            record.insert(key, Value::List(list));
        }
        Ok(())
    }
}

fn insert(map: &mut Map, path: &[String], value: Value) -> Result<(), AssignmentError> {
    match path {
        [] => Ok(()),
        [key] => {
            map.insert(key.as_str(), value);
            Ok(())
        }
        [key, below @ ..] => {
            if map.get(key).is_none() {
                map.insert(key.as_str(), Map::new());
            }
            match map.get_mut(key) {
                Some(Value::Map(inner)) => insert(inner, below, value),
                _ => Err(AssignmentError::NoMapping(key.clone())),
            }
        }
    }
}

/// Removes a value, and the mappings that are then empty.
fn remove(map: &mut Map, path: &[String]) {
    match path {
        [] => {}
        [key] => {
            map.remove(key);
        }
        [key, below @ ..] => {
            if let Some(Value::Map(inner)) = map.get_mut(key) {
                remove(inner, below);
                if inner.is_empty() {
                    map.remove(key);
                }
            }
        }
    }
}

use serde_json::{Map, Value};

/// A table in which an agent keeps rows of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowTable {
    /// Its name.
    pub name: &'static str,
    /// SQL: the condition for rows of the conversation `?1`.
    pub of: &'static str,
    /// SQL: what the rows of all tables are ordered by. Those of the table that is named first come
    /// first among equals.
    pub order: &'static str,
    /// The columns that name a row.
    pub key: &'static [RowColumn],
    /// The columns that differ, together with the key, if a row was changed.
    pub version: &'static [RowColumn],
    /// SQL: the condition for rows that are not expected to change any more. Others are captured
    /// when the agent has ended.
    pub settled: &'static str,
    /// Whether a row is captured as soon as it is there, settled or not.
    pub at_once: bool,
}

/// What of a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowColumn {
    /// Its value.
    Value(&'static str),
    /// The size of its text, in bytes, which is known without reading the text.
    Size(&'static str),
}

impl RowTable {
    /// Describes a table whose rows do not change.
    pub const fn new(
        name: &'static str,
        of: &'static str,
        order: &'static str,
        key: &'static [RowColumn],
    ) -> Self {
        Self { name, of, order, key, version: &[], settled: "1", at_once: true }
    }

    /// Says which columns differ when a row was changed, and when it is settled.
    #[must_use]
    pub const fn changing(
        self,
        version: &'static [RowColumn],
        settled: &'static str,
        at_once: bool,
    ) -> Self {
        Self { version, settled, at_once, ..self }
    }

    /// Returns the columns that are compared, the key first.
    pub(super) fn compared(&self) -> impl Iterator<Item = RowColumn> {
        self.key.iter().chain(self.version).copied()
    }
}

impl RowColumn {
    /// Returns the SQL of what is compared.
    pub(super) fn sql(self) -> String {
        match self {
            Self::Value(name) => format!("\"{name}\""),
            Self::Size(name) => format!("octet_length(\"{name}\")"),
        }
    }

    /// Returns what is compared, of a row that was captured.
    pub(super) fn of(self, row: &Map<String, Value>) -> Value {
        let value = |name: &str| row.get(name).cloned().unwrap_or_default();
        match self {
            Self::Value(name) => value(name),
            Self::Size(name) => match value(name) {
                Value::String(text) => text.len().into(),
                _ => Value::Null,
            },
        }
    }
}

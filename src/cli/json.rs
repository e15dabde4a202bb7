//! Prints JSON output: one object with `version`, and a list with one entry per line.

use git_ao::view::json::{VERSION, text};
pub use git_ao::view::json::{corrupt, event, session};
use serde_json::Value;

use super::ui::{Out, OutError};

/// Prints a single value: `{"version":1,"session":{…}}`.
pub fn print_one(out: &mut Out, name: &str, value: &Value) -> Result<(), OutError> {
    writeln!(out, "{{\"version\":{VERSION},\"{name}\":{}}}", text(value))
}

/// Prints a list entry by entry: `{"version":1,"sessions":[`, entries, `]}`.
pub struct List {
    is_first: bool,
}

impl List {
    /// Begins the list of this name.
    pub fn begin(out: &mut Out, name: &str) -> Result<Self, OutError> {
        write!(out, "{{\"version\":{VERSION},\"{name}\":[")?;
        Ok(Self { is_first: true })
    }

    /// Prints an entry.
    pub fn entry(&mut self, out: &mut Out, value: &Value) -> Result<(), OutError> {
        let comma = if self.is_first { "" } else { "," };
        self.is_first = false;
        write!(out, "{comma}\n{}", text(value))
    }

    /// Ends the list.
    pub fn end(self, out: &mut Out) -> Result<(), OutError> {
        self.end_with(out, &[])
    }

    /// Ends the list, with more keys after it.
    pub fn end_with(self, out: &mut Out, more: &[(&str, Value)]) -> Result<(), OutError> {
        out.text(if self.is_first { "]" } else { "\n]" })?;
        for (name, value) in more {
            write!(out, ",\"{name}\":{}", text(value))?;
        }
        out.text("}\n")
    }
}

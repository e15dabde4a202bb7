//! Prints JSON output: one object with `version`, and a list with one entry per line.

use git_ao::view::json::{self, VERSION};
use serde::Serialize;

use super::ui::{Out, OutError};

/// What is between two entries of a [`List`].
pub const SEPARATOR: &str = ",\n";

/// Prints a single value: `{"version":1,"session":{…}}`.
pub fn print_one(out: &mut Out, name: &str, value: &impl Serialize) -> Result<(), OutError> {
    let text = text(value)?;
    writeln!(out, "{{\"version\":{VERSION},\"{name}\":{text}}}")
}

/// Prints a whole document on several lines.
pub fn print_pretty(out: &mut Out, document: &impl Serialize) -> Result<(), OutError> {
    let text = json::pretty(document).map_err(OutError::Failed)?;
    writeln!(out, "{text}")
}

fn text(value: &impl Serialize) -> Result<String, OutError> {
    json::text(value).map_err(OutError::Failed)
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
    pub fn entry(&mut self, out: &mut Out, value: &impl Serialize) -> Result<(), OutError> {
        self.separated(out, format!("{SEPARATOR}{}", text(value)?).as_bytes())
    }

    /// Prints entries that are JSON already, each with a [`SEPARATOR`] before it.
    pub fn separated(&mut self, out: &mut Out, entries: &[u8]) -> Result<(), OutError> {
        // Before the first one there is only the line feed.
        let start = usize::from(self.is_first && !entries.is_empty());
        self.is_first &= entries.is_empty();
        out.bytes(&entries[start..])
    }

    /// Ends the list.
    pub fn end(self, out: &mut Out) -> Result<(), OutError> {
        out.text(self.closing())?;
        out.text("}\n")
    }

    /// Ends the list, with another key after it.
    pub fn end_with(
        self,
        out: &mut Out,
        name: &str,
        value: &impl Serialize,
    ) -> Result<(), OutError> {
        let (closing, text) = (self.closing(), text(value)?);
        writeln!(out, "{closing},\"{name}\":{text}}}")
    }

    fn closing(&self) -> &'static str {
        if self.is_first { "]" } else { "\n]" }
    }
}

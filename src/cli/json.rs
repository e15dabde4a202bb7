//! What `--json` prints: one object with `version`, and a list with one entry a line.

use git_ao::model::{Event, Origin, Session};
use git_ao::store::{Location, RecordProblem, Shelf};
use serde_json::{Map, Value, json};

use super::placed::Here;
use super::ui::{Out, OutError, escape};

/// The version of the form; it changes when a key goes away or changes its meaning.
const VERSION: u64 = 1;

/// A session: its record's keys as they are stored, and `archived`, `visibility`, `here`,
/// `workspace_path`, `short_id` and `display_title`.
pub fn session(session: &Session, location: &Location, here: &Here<'_>) -> Value {
    let path = here.path(session).map(|path| path.to_string_lossy().into_owned());
    let mut object = object(serde_json::to_value(session.to_record()));
    object.insert("archived".to_owned(), (location.shelf == Shelf::Archived).into());
    object.insert("visibility".to_owned(), location.visibility.name().into());
    object.insert("here".to_owned(), here.has(session).into());
    object.insert("workspace_path".to_owned(), path.into());
    object.insert("short_id".to_owned(), session.id.short().into());
    object.insert("display_title".to_owned(), session.display_title().into());
    object.into()
}

/// A record that cannot be read: `corrupt` says why.
pub fn corrupt(location: &Location, problem: &RecordProblem) -> Value {
    json!({
        "id": location.id.to_string(),
        "project_id": location.project.as_str(),
        "archived": location.shelf == Shelf::Archived,
        "visibility": location.visibility.name(),
        "short_id": location.id.short(),
        "corrupt": problem.to_string(),
    })
}

/// An event.
pub fn event(event: &Event) -> Value {
    let conflict = |(id, field): &(git_ao::model::SessionId, String)| json!({"session": id.to_string(), "field": field});
    json!({
        "id": event.id.as_str(),
        "parents": event.parents.iter().map(|parent| parent.as_str()).collect::<Vec<_>>(),
        "author": {"name": event.author.name, "email": event.author.email},
        "date": event.time.to_string(),
        "op": event.message.op,
        "subject": event.message.subject,
        "sessions": event.message.sessions.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "replica": event.message.replica,
        "automatic": event.message.origin == Origin::Automatic,
        "conflicts": event.message.conflicts.iter().map(conflict).collect::<Vec<_>>(),
    })
}

fn object(value: serde_json::Result<Value>) -> Map<String, Value> {
    match value {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// Prints one thing: `{"version":1,"session":{…}}`.
pub fn print_one(out: &mut Out, name: &str, value: &Value) -> Result<(), OutError> {
    writeln!(out, "{{\"version\":{VERSION},\"{name}\":{}}}", text(value))
}

/// Prints a list as it comes: `{"version":1,"sessions":[`, entries, `]}`.
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

    /// Ends the list, with more keys behind it.
    pub fn end_with(self, out: &mut Out, more: &[(&str, Value)]) -> Result<(), OutError> {
        out.text(if self.is_first { "]" } else { "\n]" })?;
        for (name, value) in more {
            write!(out, ",\"{name}\":{}", text(value))?;
        }
        out.text("}\n")
    }
}

/// JSON on one line. Characters that a terminal would obey, or that are not seen, stand only in
/// texts, and are written as escapes.
fn text(value: &Value) -> String {
    let json = value.to_string();
    if json.is_ascii() && !json.contains('\x7f') {
        return json;
    }
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if escape::is_hidden(c) {
            let mut units = [0; 2];
            safe.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_reads_back_and_holds_nothing_hidden() {
        let value = json!({"t": "ü \u{1b}[2J \u{7f}\u{9b}\u{202e} \u{e0041} \"\\ 👩"});
        let text = text(&value);
        assert!(!text.chars().any(escape::is_hidden), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}

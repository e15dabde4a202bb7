//! The shapes that `--json` prints. Keys may be added; if one is removed or changes its meaning,
//! [`VERSION`] changes.

use serde_json::{Map, Value, json};

use super::{LocalPlacements, escape};
use crate::model::{Event, Origin, Session, SessionId};
use crate::store::{Location, RecordProblem, Shelf};

/// The version of the format.
pub const VERSION: u64 = 1;

/// Returns a session: the stored keys of its record, and `archived`, `visibility`, `here`,
/// `workspace_path`, `short_id` and `display_title`.
pub fn session(session: &Session, location: &Location, here: &LocalPlacements<'_>) -> Value {
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

/// Returns a record that cannot be read, with the reason in `corrupt`.
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

/// Returns an event.
pub fn event(event: &Event) -> Value {
    let conflict =
        |(id, field): &(SessionId, String)| json!({"session": id.to_string(), "field": field});
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

/// Formats JSON on one line. Control and invisible characters can occur only in strings, and are
/// escaped there.
pub fn text(value: &Value) -> String {
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

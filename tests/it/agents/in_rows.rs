//! What OpenCode itself writes into its database is captured, and reads back.

use std::fs;

use git_ao::transcript::{EntryKind, Role};
use rusqlite::{Connection, OpenFlags};

use super::place::Place;
use crate::support::agents::{log, wait_ended};

#[test]
fn opencode_is_captured_resumed_and_read_back() {
    let Some(place) = Place::new("opencode") else { return };
    let session = place.runs(&["spawn", "--json", "--file", "-"], "please use a tool");
    let id = session.id.to_string();
    let own = session.agent_session_id.clone().unwrap();
    let home = place.repo.env().home();
    let path = home.join(".local/share/opencode/opencode.db");
    let before: Vec<_> = names(&path);
    assert_eq!(place.ao(&["restore", "--json", &id], "").ok().json()["resumed"], true);
    let again = wait_ended(&place.repo, session.id);
    assert_eq!(again.agent_session_id.as_ref(), Some(&own), "{}", log(&place.repo, session.id));

    let told = place.ao(&["transcript", "--json", &id], "").ok().stdout;
    let entries: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |role: Role, kind: EntryKind| -> Vec<&str> {
        let (role, kind) =
            (serde_json::to_value(role).unwrap(), serde_json::to_value(kind).unwrap());
        let found = entries.iter().filter(|it| it["role"] == role && it["kind"] == kind);
        found.map(|it| it["text"].as_str().unwrap_or_default()).collect()
    };
    assert_eq!(of(Role::User, EntryKind::Text)[0].trim_end(), "please use a tool");
    assert!(of(Role::Assistant, EntryKind::Text).len() >= 2, "{told}");
    assert!(of(Role::Assistant, EntryKind::Text).iter().all(|said| *said == "done"), "{told}");
    assert_eq!(of(Role::Assistant, EntryKind::ToolUse).len(), 1);
    assert_eq!(of(Role::Tool, EntryKind::ToolResult), ["from the tool\n"]);
    let used = place.ao(&["usage", "--json"], "").ok().json()["total"].clone();
    let calls = used["calls"].as_u64().unwrap();
    assert!(calls >= 2 && used["calls_without_usage"] == 0, "{used}");
    assert_eq!(used["tokens"]["input"], 100 * calls, "{used}");
    assert_eq!(used["tokens"]["cache_read"], 20 * calls, "{used}");

    // Every row of the conversation is a line, and no line is another one's.
    let rows = rows(&path, &own);
    let raw = place.ao(&["transcript", "--raw", &id], "").ok().stdout;
    let mut lines: Vec<String> = raw
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines, rows);
    assert_eq!(names(&path), before, "nothing is left in its folder");
    let facts = again.transcripts.values().next().expect("the record has learned of it");
    assert!(facts.lines >= rows.len() as u64);
}

fn names(path: &std::path::Path) -> Vec<String> {
    let all = fs::read_dir(path.parent().unwrap()).unwrap();
    let mut names: Vec<_> = all.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The ids of the rows of a conversation.
fn rows(path: &std::path::Path, conversation: &str) -> Vec<String> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "SELECT id FROM session WHERE id = ?1 UNION SELECT id FROM message WHERE
         session_id = ?1 UNION SELECT id FROM part WHERE session_id = ?1 ORDER BY 1";
    let mut statement = database.prepare(sql).unwrap();
    let ids = statement.query_map([conversation], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

//! Thulp: `<folder>/<uuid>.json`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::contents::{ForeignContents, ForeignSession};
use super::file::{self, foreign, has_extension, stem};
use super::json::{Object, plain, text, time};
use super::lines::{Said, said};
use super::record::{self, ImportDefaults, add_tags, begin, session_id, set_words};
use crate::model::{Kind, Session, SessionStatus, Timestamp};
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry};

const PROGRAM: &str = "thulp";

pub fn read(folder: &Path, defaults: &ImportDefaults) -> ForeignContents {
    let mut contents = ForeignContents::default();
    let files = file::list(folder, &mut contents).files;
    let mut copies = Vec::new();
    let mut taken = HashSet::new();
    for file in files {
        if !has_extension(&file, "json") {
            contents.ignore(&file, foreign(&file));
            continue;
        }
        match parse(&file) {
            Ok((object, _)) if id_of(&object) != stem(&file) => copies.push(file),
            Ok((object, modified)) => {
                let found = session(object, &file, modified, defaults);
                taken.insert(found.session.id);
                contents.sessions.push(found);
            }
            Err(why) => contents.unreadable(file, why),
        }
    }
    for file in copies {
        let Ok((object, modified)) = parse(&file) else { continue };
        let id = id_of(&object).to_owned();
        if !taken.insert(session_id(PROGRAM, &id)) {
            contents.ignore(file, format!("a copy of session '{id}'"));
        } else {
            contents.sessions.push(session(object, &file, modified, defaults));
        }
    }
    contents
}

fn id_of(object: &Object) -> &str {
    text(object.get("metadata"), "id")
}

fn parse(file: &Path) -> Result<(Object, Timestamp), String> {
    let content = file::read(file)?;
    let json = serde_json::from_slice(&content.bytes).map_err(|error| error.to_string())?;
    let object = Object::new(json).filter(|it| !id_of(it).is_empty());
    Ok((object.ok_or("it is no session")?, content.modified))
}

fn session(
    mut from: Object,
    file: &Path,
    modified: Timestamp,
    defaults: &ImportDefaults,
) -> ForeignSession {
    let refused = refused(&from);
    let mut metadata = from.object("metadata");
    let old = metadata.text("id").unwrap_or_default();
    let created = metadata.time("created_at").unwrap_or(modified);
    let mut session = begin(PROGRAM, &old, defaults.project.clone(), created);
    session.updated_at = metadata.time("updated_at").unwrap_or(modified);
    status(&mut session, &mut metadata);
    kind(&mut session, metadata.get("session_type"));
    add_tags(&mut session, &metadata.texts("tags"));
    let mut notes = Vec::new();
    if let Some(parent) = metadata.some_text("parent_session") {
        let parent = session_id(PROGRAM, &parent);
        match parent == session.id {
            true => notes.push("it was its own parent".to_owned()),
            false => session.spawned_by = Some(parent),
        }
    }
    let entries = from.take_if("entries", |it| it.as_array().cloned()).unwrap_or_default();
    let prompt = entries.iter().find(|it| it["entry_type"]["type"] == "user_message");
    let prompt = prompt.map(|it| first_text(&it["content"]));
    set_words(&mut session, metadata.some_text("name").as_deref(), prompt.as_deref());
    from.put("metadata", metadata);
    let workspace = text(from.get("context"), "cwd");
    let workspace = Some(workspace).filter(|path| !path.is_empty()).map(PathBuf::from);
    let messages = entries.len();
    let found = record::found(session, file);
    let mut found = ForeignSession { workspace, refused, notes, messages, ..found };
    record::finish(&mut found, PROGRAM, from.rest(), defaults);
    found
}

fn status(session: &mut Session, metadata: &mut Object) {
    let status = |word: &str| match word {
        "active" => Some((SessionStatus::Working, None)),
        "completed" => Some((SessionStatus::Done, None)),
        "failed" => Some((SessionStatus::Errored, None)),
        "cancelled" => Some((SessionStatus::Killed, Some("cancelled".to_owned()))),
        "paused" => Some((SessionStatus::Paused, None)),
        _ => None,
    };
    let said = metadata.take_if("status", |word| status(word.as_str()?));
    (session.status, session.status_reason) = said.unwrap_or((SessionStatus::Idle, None));
}

/// Sets what the type of the session says. All of it also stays in the context.
fn kind(session: &mut Session, kind: &Json) {
    session.kind = match text(kind, "type") {
        "conversation" => Kind::Conversation,
        "evaluation" => Kind::Evaluation,
        "refinement" => Kind::Refinement,
        "teacher_demo" => Kind::Demo,
        _ => Kind::Task,
    };
    let said = |key: &str| Some(text(kind, key)).filter(|it| !it.trim().is_empty());
    session.task = said("task").map(str::to_owned);
    if let Some(model) = said("model") {
        session.agent_config.insert("model", model);
    }
    session.agent = said("agent_name").map(|it| it.chars().filter(|c| !c.is_control()).collect());
}

/// Returns why the program would not load a session.
fn refused(from: &Object) -> Option<String> {
    let metadata = from.get("metadata");
    let needed = ["id", "name", "session_type", "created_at", "updated_at", "status"];
    if let Some(key) = needed.iter().find(|key| metadata.get(**key).is_none_or(Json::is_null)) {
        return Some(format!("'{key}' is missing"));
    }
    let status = text(metadata, "status");
    if !["active", "completed", "failed", "cancelled", "paused"].contains(&status) {
        return Some(format!("unknown status '{status}'"));
    }
    let entries = from.get("entries").as_array()?;
    entries.iter().zip(1..).find_map(|(entry, n)| {
        let kind = text(&entry["entry_type"], "type");
        match kind {
            "user_message" | "assistant_message" | "system_message" | "tool_call"
            | "skill_execution" | "system_event" => None,
            "evaluation_result" if entry["entry_type"]["score"].is_number() => None,
            "evaluation_result" => Some(format!("entry {n}: the score is not a number")),
            _ => Some(format!("entry {n}: unknown kind '{kind}'")),
        }
    })
}

pub fn conversation(files: &[PathBuf]) -> Vec<Said> {
    let Some((mut from, _)) = files.last().and_then(|file| parse(file).ok()) else {
        return Vec::new();
    };
    let entries = from.take_if("entries", |it| it.as_array().cloned()).unwrap_or_default();
    let said_one = |entry: Json| {
        let at = entry.get("timestamp").and_then(time);
        let mut entries = entries_of(&entry);
        entries.iter_mut().for_each(|entry| entry.at = at);
        said(entries, entry)
    };
    entries.into_iter().flat_map(said_one).collect()
}

fn first_text(content: &Json) -> String {
    match content {
        Json::Array(parts) => {
            let first = parts.iter().find(|part| part["type"] == "text");
            first.map(|part| text(part, "text").to_owned()).unwrap_or_default()
        }
        other => plain(other),
    }
}

fn entries_of(entry: &Json) -> Vec<TranscriptEntry> {
    let (kind, content) = (&entry["entry_type"], &entry["content"]);
    let one = |role, kind| vec![TranscriptEntry::new(role, kind, plain(content))];
    match text(kind, "type") {
        "user_message" => parts(Role::User, content),
        "assistant_message" => parts(Role::Assistant, content),
        "system_message" => one(Role::System, EntryKind::Text),
        "thinking" => one(Role::Assistant, EntryKind::Thinking),
        "tool_call" => vec![call(text(kind, "tool_name"), entry)],
        "skill_execution" => vec![call(text(kind, "skill_name"), entry)],
        "system_event" => {
            vec![TranscriptEntry::new(Role::System, EntryKind::Meta, text(kind, "event"))]
        }
        _ => one(Role::System, EntryKind::Meta),
    }
}

fn parts(role: Role, content: &Json) -> Vec<TranscriptEntry> {
    let Json::Array(parts) = content else {
        return vec![TranscriptEntry::new(role, EntryKind::Text, plain(content))];
    };
    let part = |part: &Json| match text(part, "type") {
        "text" => TranscriptEntry::new(role, EntryKind::Text, text(part, "text")),
        "image" => TranscriptEntry::new(role, EntryKind::Image, ""),
        _ => TranscriptEntry::new(role, EntryKind::Text, plain(part)),
    };
    parts.iter().map(part).collect()
}

/// A call together with its result: the program has one entry for both.
fn call(name: &str, entry: &Json) -> TranscriptEntry {
    let tool = Tool::new(name, text(entry, "id"), entry["content"].clone());
    let entry = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
    TranscriptEntry { tool: Some(tool), ..entry }
}

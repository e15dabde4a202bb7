//! Astrid: `<folder>/<uuid>.json`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::contents::{ForeignContents, ForeignSession};
use super::file::{self, foreign, has_extension, stem};
use super::json::{Object, Tally, plain, text};
use super::lines::{Said, said};
use super::record::{self, ImportDefaults, add_tags, begin, set_branch, set_words};
use crate::model::{Cost, Kind, SessionId, SessionStatus, Timestamp};
use crate::transcript::{EntryKind, Role, Tool, TranscriptEntry};

const PROGRAM: &str = "astrid";

pub fn read(folder: &Path, defaults: &ImportDefaults) -> ForeignContents {
    let mut contents = ForeignContents::default();
    let mut files = file::list(folder, &mut contents).files;
    // The file that is named after its session comes before copies of it.
    let mut copies = Vec::new();
    let mut taken = HashSet::new();
    let mut shared = SharedSpending::default();
    files.retain(|file| {
        let is_named = has_extension(file, "json");
        if !is_named {
            contents.ignore(file, foreign(file));
        }
        is_named
    });
    for file in files {
        match parse(&file) {
            Ok((object, _)) if text_of(&object) != stem(&file) => copies.push(file),
            Ok((object, modified)) => {
                let found = session(object, &file, modified, defaults, &mut shared);
                taken.insert(found.session.id);
                contents.sessions.push(found);
            }
            Err(_) if !is_id(stem(&file)) => contents.ignore(file, "no session"),
            Err(why) => contents.unreadable(file, why),
        }
    }
    for file in copies {
        let Ok((object, modified)) = parse(&file) else { continue };
        let id = text_of(&object).to_owned();
        if !taken.insert(record::session_id(PROGRAM, &id)) {
            contents.ignore(file, format!("a copy of session '{id}'"));
        } else {
            let found = session(object, &file, modified, defaults, &mut shared);
            contents.sessions.push(found);
        }
    }
    shared.settle(&mut contents.sessions);
    contents
}

fn is_id(text: &str) -> bool {
    text.parse::<SessionId>().is_ok()
}

fn text_of(object: &Object) -> &str {
    object.get("id").as_str().unwrap_or_default()
}

fn parse(file: &Path) -> Result<(Object, Timestamp), String> {
    let content = file::read(file)?;
    let json = serde_json::from_slice(&content.bytes).map_err(|error| error.to_string())?;
    let object = Object::new(json).filter(|it| !text_of(it).is_empty());
    let object = object.filter(|it| it.get("messages").is_array() || is_id(text_of(it)));
    Ok((object.ok_or("it is no session")?, content.modified))
}

fn session(
    mut from: Object,
    file: &Path,
    modified: Timestamp,
    defaults: &ImportDefaults,
    shared: &mut SharedSpending,
) -> ForeignSession {
    let refused = refused(&from);
    let old = from.text("id").unwrap_or_default();
    let created = from.time("created_at").unwrap_or(modified);
    let mut session = begin(PROGRAM, &old, defaults.project.clone(), created);
    (session.status, session.kind) = (SessionStatus::Idle, Kind::Conversation);
    session.agent = Some(PROGRAM.to_owned());
    let saved = from.get("budget_snapshot").get("last_updated").and_then(super::json::time);
    session.updated_at = saved.unwrap_or(modified);
    if let Some(model) = from.some_text("model") {
        session.agent_config.insert("model", model);
    }
    let mut metadata = from.object("metadata");
    add_tags(&mut session, &metadata.texts("tags"));
    let messages = from.take_if("messages", |it| it.as_array().cloned()).unwrap_or_default();
    let prompt = messages.iter().find(|message| message["role"] == "user").map(first_text);
    set_words(&mut session, metadata.some_text("title").as_deref(), prompt.as_deref());
    from.put("metadata", metadata);
    let state = from.get("git_state");
    if let Ok(commit) = text(state, "commit").parse() {
        session.head = Some(commit);
    }
    let branch = text(state, "branch").to_owned();
    let mut counts = Tally::default();
    for message in &messages {
        unknown(message).into_iter().for_each(|what| counts.add(what));
    }
    let mut notes: Vec<_> = counts.notes("message").collect();
    // A detached HEAD is the word.
    if !branch.is_empty() && branch != "HEAD" && !set_branch(&mut session, &branch) {
        notes.push(format!("'{branch}' cannot be the name of a branch"));
    }
    shared.note(&from, &session.id);
    let workspace = from.get("workspace_path").as_str().map(PathBuf::from);
    let messages = messages.len();
    let found = record::found(session, file);
    let mut found = ForeignSession { workspace, refused, notes, messages, ..found };
    record::finish(&mut found, PROGRAM, from.rest(), defaults);
    found
}

/// Returns why the program would not load a session.
fn refused(from: &Object) -> Option<String> {
    let needed = ["user_id", "messages", "created_at", "token_count"];
    let missing = needed.iter().find(|key| from.get(key).is_null());
    if let Some(key) = missing {
        return Some(format!("'{key}' is missing"));
    }
    (!is_id(text_of(from))).then(|| "its id is no UUID".to_owned())
}

/// A subagent repeats the allowances of its parent and what was spent under them, without a link to
/// it: of those that share an allowance, only the first one has the cost.
#[derive(Default)]
struct SharedSpending {
    spent: HashMap<SessionId, (f64, Vec<String>)>,
}

impl SharedSpending {
    fn note(&mut self, from: &Object, id: &SessionId) {
        let spent = from.get("budget_snapshot").get("session_spent_usd").and_then(Json::as_f64);
        let Some(spent) = spent.filter(|spent| *spent >= 0.0) else { return };
        let allowances = from.get("allowances").as_array().map_or(&[][..], Vec::as_slice);
        let ids = allowances.iter().map(|it| text(it, "id").to_owned());
        self.spent.insert(*id, (spent, ids.filter(|id| !id.is_empty()).collect()));
    }

    fn settle(self, sessions: &mut [ForeignSession]) {
        let mut order: Vec<_> = sessions.iter_mut().collect();
        order.sort_by_key(|found| (found.session.created_at, found.session.id));
        let mut seen = HashSet::new();
        for found in order {
            let Some((spent, allowances)) = self.spent.get(&found.session.id) else { continue };
            if allowances.iter().any(|id| seen.contains(id)) {
                found.notes.push("its cost is counted in the session that shares it".to_owned());
            } else {
                let cost = Cost { cost_usd: Some(*spent), ..Cost::default() };
                found.session.cost = Some(cost);
            }
            seen.extend(allowances);
        }
    }
}

fn first_text(message: &Json) -> String {
    match &message["content"] {
        Json::Array(parts) => parts
            .iter()
            .find(|part| part["type"] == "text")
            .map(|part| text(part, "text").to_owned()),
        content => Some(plain(content)),
    }
    .unwrap_or_default()
}

pub fn conversation(files: &[PathBuf]) -> Vec<Said> {
    let Some((mut from, _)) = files.last().and_then(|file| parse(file).ok()) else {
        return Vec::new();
    };
    let model = from.some_text("model");
    let messages = from.take_if("messages", |it| it.as_array().cloned()).unwrap_or_default();
    let said_one = |message: Json| {
        let mut entries = entries(&message);
        for entry in entries.iter_mut().filter(|entry| entry.role == Role::Assistant) {
            entry.model.clone_from(&model);
        }
        said(entries, message)
    };
    messages.into_iter().flat_map(said_one).collect()
}

fn role(message: &Json) -> Option<Role> {
    match text(message, "role") {
        "system" => Some(Role::System),
        "user" => Some(Role::User),
        "assistant" => Some(Role::Assistant),
        "tool" => Some(Role::Tool),
        _ => None,
    }
}

/// Returns what the program does not know about a message, which its loader drops silently.
fn unknown(message: &Json) -> Option<String> {
    if role(message).is_none() {
        let role = text(message, "role");
        return Some(format!("with the unknown role '{role}'"));
    }
    let kind = match &message["content"] {
        Json::String(_) => None,
        Json::Array(parts) => {
            parts.iter().map(|part| text(part, "type")).find(|kind| !is_part(kind))
        }
        Json::Object(content) if content.contains_key("call_id") => None,
        content => Some(text(content, "type")),
    };
    kind.map(|kind| format!("with content of the unknown kind '{kind}'"))
}

/// Calls of tools have no type.
fn is_part(kind: &str) -> bool {
    ["", "text", "image"].contains(&kind)
}

fn entries(message: &Json) -> Vec<TranscriptEntry> {
    let content = &message["content"];
    let Some(role) = role(message) else {
        return vec![TranscriptEntry::new(Role::System, EntryKind::Meta, plain(content))];
    };
    let text_entry = |text: String| TranscriptEntry::new(role, EntryKind::Text, text);
    match content {
        Json::String(text) => vec![text_entry(text.clone())],
        // No parts and no calls of tools look the same.
        Json::Array(parts) if parts.is_empty() => vec![text_entry(String::new())],
        Json::Array(parts) => parts.iter().map(|it| part(role, it)).collect(),
        Json::Object(result) if result.contains_key("call_id") => {
            let tool = Tool::new("", text(content, "call_id"), Json::Null);
            let text = plain(&content["content"]);
            let entry = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, text);
            vec![TranscriptEntry { tool: Some(tool), ..entry }]
        }
        other => vec![TranscriptEntry::new(role, EntryKind::Meta, plain(other))],
    }
}

fn part(role: Role, part: &Json) -> TranscriptEntry {
    match text(part, "type") {
        "text" => TranscriptEntry::new(role, EntryKind::Text, text(part, "text")),
        "image" => TranscriptEntry::new(role, EntryKind::Image, ""),
        _ if part.get("name").is_some() && part.get("arguments").is_some() => {
            let tool = Tool::new(text(part, "name"), text(part, "id"), part["arguments"].clone());
            let entry = TranscriptEntry::new(role, EntryKind::ToolUse, "");
            TranscriptEntry { tool: Some(tool), ..entry }
        }
        _ => TranscriptEntry::new(role, EntryKind::Meta, plain(part)),
    }
}

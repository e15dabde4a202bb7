use std::path::PathBuf;

use serde_json::Value as Json;

use super::join::joined;
use super::parse::{Item, Parsed};
use super::{PROGRAM, entries};
use crate::import::contents::ForeignSession;
use crate::import::json::{Object, text, time};
use crate::import::record::{self, ImportDefaults, begin, session_id, set_words};
use crate::model::{Fork, Kind, SessionStatus, Timestamp, is_branch_name};

/// Makes a session of its copies, the present one last.
pub fn session(copies: Vec<(PathBuf, Parsed)>, defaults: &ImportDefaults) -> ForeignSession {
    let (files, mut parsed): (Vec<_>, Vec<_>) = copies.into_iter().unzip();
    let meta = parsed.last_mut().map(|last| last.meta.take()).unwrap_or_default();
    let mut from = Object::new(meta.clone()).unwrap_or_default();
    let (id, modified) = parsed
        .last()
        .map_or((String::new(), Timestamp::EPOCH), |last| (last.id.clone(), last.modified));
    let created = from.time("created_at_ms").or_else(|| time_in(&id)).unwrap_or(modified);
    let mut session = begin(PROGRAM, &id, defaults.project.clone(), created);
    (session.status, session.kind) = (SessionStatus::Idle, Kind::Conversation);
    session.agent = Some(PROGRAM.to_owned());
    if let Some(model) = from.some_text("model") {
        session.agent_config.insert("model", model);
    }
    let mut notes = Vec::new();
    let mut fork = from.object("fork");
    let parent = fork.some_text("parent_session_id").map(|parent| session_id(PROGRAM, &parent));
    if let Some(parent) = parent.filter(|parent| *parent != session.id) {
        session.fork = Some(Fork::new(parent));
    }
    session.branch = fork.take_if("branch_name", |name| {
        name.as_str().filter(|name| is_branch_name(name)).map(str::to_owned)
    });
    from.put("fork", fork);
    let refused = parsed.iter().rev().find_map(|copy| copy.refused.clone());
    // What was appended later has no time of its own but that of its prompt.
    let prompts = parsed.iter().flat_map(Parsed::prompts);
    let asked = prompts.filter_map(|prompt| time(&prompt["timestamp_ms"])).max();
    let updated = from.time("updated_at_ms").or(asked.is_none().then_some(modified));
    session.updated_at = updated.max(asked).unwrap_or(modified);
    for key in ["type", "session_id", "version"] {
        from.take(key);
    }
    let items = joined(parsed);
    let compaction = items.iter().rev().find_map(|item| match item {
        Item::Compaction(compaction) => Some(compaction),
        _ => None,
    });
    let mut rest = from.rest();
    for key in ["count", "removed_message_count"] {
        let number = compaction.and_then(|it| it.get(key)).and_then(Json::as_u64);
        number.map(|number| rest.insert(format!("compaction_{key}"), number));
    }
    let prompt = entries::first_prompt(&items);
    set_words(&mut session, None, prompt.as_deref());
    let messages = items.iter().filter(|it| matches!(it, Item::Message(_))).count();
    let unknown = items.iter().filter(|it| matches!(it, Item::Unknown(_))).count();
    if unknown > 0 {
        let lines = if unknown == 1 { "line is" } else { "lines are" };
        notes.push(format!("{unknown} {lines} not understood"));
    }
    let workspace = Some(text(&meta, "workspace_root")).filter(|path| !path.is_empty());
    let workspace = workspace.map(PathBuf::from);
    let mut found = ForeignSession {
        session,
        shelf: crate::model::Shelf::Active,
        workspace,
        files,
        source: None,
        process: None,
        refused,
        notes,
        messages,
    };
    record::finish(&mut found, PROGRAM, rest, defaults);
    found
}

/// Returns the time in an id: `session-<milliseconds>-<n>`.
fn time_in(id: &str) -> Option<Timestamp> {
    let millis = id.strip_prefix("session-")?.split('-').next()?;
    millis.parse().ok().map(Timestamp::from_millis)
}

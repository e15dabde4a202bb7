//! The history of an agent: the conversations that it keeps itself.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde_json::Value as Json;

use super::contents::{ForeignContents, ForeignSession};
use super::record::{self, ImportDefaults, begin, set_branch, set_words};
use crate::agent::{EntryReader, KeptConversation};
use crate::model::{Fork, Kind, Map, SessionStatus, Timestamp, error_chain};
use crate::transcript::{EntryKind, Line, Role, TranscriptEntry};

/// The size above which a line is not read, in bytes.
const LONGEST: u64 = 64 << 20;

/// Makes sessions of conversations. One in which nobody said anything is ignored.
pub fn read_history(
    agent: &str,
    history: Vec<KeptConversation>,
    defaults: &ImportDefaults,
) -> ForeignContents {
    let mut contents = ForeignContents::default();
    for kept in history {
        let file = kept.source.file.clone();
        match survey(&kept) {
            Ok(seen) if seen.messages == 0 => contents.ignore(file, "nobody said anything in it"),
            Ok(seen) => contents.sessions.push(session(agent, kept, seen, defaults)),
            Err(why) => contents.unreadable(file, why),
        }
    }
    contents.skipped.sort();
    contents
}

fn session(
    agent: &str,
    kept: KeptConversation,
    seen: Survey,
    defaults: &ImportDefaults,
) -> ForeignSession {
    let id = kept.source.agent_session_id.clone();
    let modified = modified(&kept.source.file);
    let begun = seen.first.unwrap_or(modified);
    let mut session = begin(agent, &id, defaults.project.clone(), begun);
    session.updated_at = seen.last.unwrap_or(modified);
    (session.status, session.kind) = (SessionStatus::Done, Kind::Conversation);
    session.agent = Some(agent.to_owned());
    session.agent_session_id = Some(id);
    if let Some(model) = seen.model {
        session.agent_config.insert("model", model);
    }
    if let Some(parent) = seen.parent {
        let parent = record::session_id(agent, &parent);
        session.fork = Some(Fork::new(parent)).filter(|_| parent != session.id);
    }
    if let Some(branch) = seen.branch.filter(|branch| branch != "HEAD") {
        set_branch(&mut session, &branch);
    }
    set_words(&mut session, seen.title.as_deref(), seen.prompt.as_deref());
    let mut rest = Map::new();
    if let Some(path) = kept.workspace.as_deref().and_then(Path::to_str) {
        rest.insert("workspace_path", path);
    }
    let mut found = record::found(session, &kept.source.file);
    (found.workspace, found.messages) = (kept.workspace, seen.messages);
    found.source = Some(kept.source);
    record::finish(&mut found, agent, rest, defaults);
    found
}

/// What a conversation says about itself.
#[derive(Default)]
struct Survey {
    messages: usize,
    title: Option<String>,
    prompt: Option<String>,
    model: Option<String>,
    branch: Option<String>,
    parent: Option<String>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

fn survey(kept: &KeptConversation) -> Result<Survey, String> {
    let mut seen = Survey::default();
    let input = kept.source.input().map_err(|error| error_chain(&error))?;
    let mut input = BufReader::new(input.ok_or("it is gone")?);
    let mut reader = EntryReader::new(&kept.source.format, None);
    loop {
        let mut line = Vec::new();
        let read = (&mut input).take(LONGEST).read_until(b'\n', &mut line);
        if read.map_err(|error| error.to_string())? == 0 {
            reader.finish().iter().for_each(|entry| seen.count(entry));
            return Ok(seen);
        }
        seen.note(&line);
        line.pop_if(|last| *last == b'\n');
        reader.read(&Line::of(line)).iter().for_each(|entry| seen.count(entry));
    }
}

impl Survey {
    fn count(&mut self, entry: &TranscriptEntry) {
        self.first = self.first.or(entry.at);
        self.last = self.last.max(entry.at);
        let is_said = entry.kind == EntryKind::Text && !entry.text.trim().is_empty();
        if is_said && matches!(entry.role, Role::User | Role::Assistant) && entry.sub.is_none() {
            self.messages += 1;
            if entry.role == Role::User && self.prompt.is_none() {
                self.prompt = Some(entry.text.clone());
            }
        }
        if entry.model.is_some() {
            self.model.clone_from(&entry.model);
        }
    }

    /// Notes what only one agent says, in its own form. Only the beginning says it, and parsing each
    /// line twice takes time.
    fn note(&mut self, line: &[u8]) {
        if self.branch.is_some() && self.messages >= 8 {
            return;
        }
        let Ok(line) = serde_json::from_slice::<Json>(line) else { return };
        let text = |pointer: &str| {
            let said = line.pointer(pointer).and_then(Json::as_str);
            said.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        self.branch = self.branch.take().or_else(|| text("/gitBranch"));
        self.branch = self.branch.take().or_else(|| text("/payload/git/branch"));
        self.parent = self.parent.take().or_else(|| text("/payload/forked_from_id"));
        // OpenCode's row of the conversation. Until it has another title, that is the time.
        if line.get("directory").is_some() {
            let title = text("/title").filter(|title| !title.starts_with("New session - "));
            self.title = self.title.take().or(title);
        }
        if line["type"] == "turn_context" {
            self.model = self.model.take().or_else(|| text("/payload/model"));
        }
    }
}

fn modified(file: &Path) -> Timestamp {
    let time = file.metadata().and_then(|meta| meta.modified()).ok();
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let millis = since.and_then(|time| i64::try_from(time.as_millis()).ok());
    Timestamp::from_millis(millis.unwrap_or_default())
}

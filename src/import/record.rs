//! What all formats have in common when a session becomes a record.

use std::sync::LazyLock;

use uuid::Uuid;

use super::contents::ForeignSession;
use super::fit::fit;
use crate::model::{
    Map, Project, Session, SessionId, Shelf, Timestamp, is_branch_name, title_line,
};
use crate::redact::Redactor;

/// What a session gets that does not say it itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportDefaults {
    /// The project.
    pub project: Project,
    /// The present time: a later one is not taken from a file.
    pub now: Timestamp,
}

impl ImportDefaults {
    /// Sets the project, and the present time.
    pub fn new(project: Project, now: Timestamp) -> Self {
        Self { project, now }
    }
}

/// Returns the id of a session that a program names with this text: the same, if it is a UUID.
pub fn session_id(program: &str, text: &str) -> SessionId {
    let is_uuid = text.len() == 36 && Uuid::try_parse(text).is_ok();
    let same = text.to_lowercase().parse().ok().filter(|_| is_uuid);
    same.unwrap_or_else(|| SessionId::named(program, text))
}

/// Begins the record of a session that a program names with this text.
pub fn begin(program: &str, text: &str, project: Project, created: Timestamp) -> Session {
    let id = session_id(program, text);
    let mut session = Session::new(id, project, created);
    if id.to_string() != text {
        session.context.insert("imported", text);
    }
    session
}

/// Sets the branch; returns false if git could not have a branch of this name.
pub fn set_branch(session: &mut Session, name: &str) -> bool {
    let is_valid = is_branch_name(name);
    if is_valid {
        session.branch = Some(name.to_owned());
    }
    is_valid
}

/// Sets the title, and the task if there is none. A prompt that somebody typed may hold a secret.
pub fn set_words(session: &mut Session, title: Option<&str>, prompt: Option<&str>) {
    session.title = self::title(title.unwrap_or_default());
    if let Some(prompt) = prompt.filter(|prompt| !prompt.trim().is_empty()) {
        if session.title.is_empty() {
            session.title = self::title(prompt);
        }
        if session.task.is_none() {
            session.task = Some(without_secrets(prompt));
        }
    }
}

/// Returns a title for a text, without what looks like a secret.
pub fn title(text: &str) -> String {
    title_line(&without_secrets(text))
}

fn without_secrets(text: &str) -> String {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::default);
    String::from_utf8_lossy(&REDACTOR.text(text.as_bytes()).bytes).into_owned()
}

/// Adds tags without control characters.
pub fn add_tags(session: &mut Session, tags: &[String]) {
    for tag in tags {
        let tag: String = tag.chars().filter(|c| !c.is_control()).collect();
        if !tag.trim().is_empty() {
            session.add_tag(&tag);
        }
    }
}

/// Finishes a session: puts the rest of its fields under the program's name, and makes it fit the
/// store.
pub fn finish(found: &mut ForeignSession, program: &str, rest: Map, defaults: &ImportDefaults) {
    let session = &mut found.session;
    if !rest.is_empty() {
        session.context.insert(program, rest);
    }
    for (field, time) in
        [("created_at", &mut session.created_at), ("updated_at", &mut session.updated_at)]
    {
        if *time > defaults.now.latest() {
            found.notes.push(format!("'{field}' was in the future ({time})"));
            *time = defaults.now;
        }
    }
    session.updated_at = session.updated_at.max(session.created_at);
    found.notes.extend(fit(session, program));
}

/// Makes a session of one file that its own program would take.
pub fn found(session: Session, file: &std::path::Path) -> ForeignSession {
    ForeignSession {
        session,
        shelf: Shelf::Active,
        workspace: None,
        files: vec![file.to_owned()],
        source: None,
        process: None,
        refused: None,
        notes: Vec::new(),
        messages: 0,
    }
}

//! Finds the files in which an agent keeps the conversations of a session.

mod claude;
mod codex;
mod own;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(super) use own::FileTemplate;

use super::own_id::OwnId;
use super::spec::Spec;
use super::transcript::Lookup;
use crate::git::Environment;
use crate::model::SessionId;
use crate::transcript::Source;

/// The session whose conversations an agent is to find.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SourceRequest {
    /// The session.
    pub session: SessionId,
    /// The directory in which the agent works. It may no longer exist.
    pub workspace: PathBuf,
    /// The agent's own id of the session's conversation, if it is known.
    pub agent_session_id: Option<String>,
    /// The [`LaunchRequest`](super::LaunchRequest)'s directory of files.
    pub state_dir: PathBuf,
    /// The earliest time at which a conversation of the session can have begun.
    pub since: SystemTime,
}

impl SourceRequest {
    /// Asks for the conversations of a session that began in a workspace, at any time.
    pub fn new(
        session: SessionId,
        workspace: impl Into<PathBuf>,
        state_dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            session,
            workspace: workspace.into(),
            agent_session_id: None,
            state_dir: state_dir.into(),
            since: SystemTime::UNIX_EPOCH,
        }
    }

    /// Sets the agent's own id of the session's conversation.
    #[must_use]
    pub fn agent_session_id(self, id: impl Into<String>) -> Self {
        Self { agent_session_id: Some(id.into()), ..self }
    }

    /// Sets the earliest time at which a conversation of the session can have begun.
    #[must_use]
    pub fn since(self, since: SystemTime) -> Self {
        Self { since, ..self }
    }
}

impl Spec {
    /// Returns true if the agent keeps its conversations in files that are known.
    pub(super) fn has_sources(&self) -> bool {
        self.own_file.is_some() || self.own_id == OwnId::HistoryFile || self.format().is_some()
    }

    /// Returns the conversations of a session, those that began first at the front.
    pub(super) fn find_sources(&self, request: &SourceRequest, env: &Environment) -> Vec<Source> {
        if let Some(file) = &self.own_file {
            return file.find(self, request, env).into_iter().collect();
        }
        let id = request.agent_session_id.as_deref();
        if self.own_id == OwnId::HistoryFile {
            let known = id.filter(|id| super::value::check_id("id", id).is_ok());
            let file = known.map(|id| (id, self.history(&request.state_dir, id)));
            let there = file.filter(|(_, file)| is_something(file));
            let format = format!("{}-markdown", self.name);
            return there.map(|(id, file)| self.source(id, &format, file)).into_iter().collect();
        }
        let (Some(kept), Some(format)) = (&self.transcripts, self.format()) else {
            return Vec::new();
        };
        let Some(id) = id else { return Vec::new() };
        let first = kept.find_near(id, &request.workspace, env);
        let begun = || kept.begun_in(&request.workspace, request.since, env);
        let later = match kept.lookup {
            Lookup::NamedAfterPath => claude::later(begun()),
            Lookup::ByDay { .. } => codex::later(first.as_deref(), begun()),
            Lookup::Everywhere => Vec::new(),
        };
        let later = later.into_iter().filter(|(other, _)| other != id);
        let all = first.map(|file| (id.to_owned(), file)).into_iter().chain(later);
        let all = all.map(|(id, file)| self.source(&id, format, file));
        match kept.lookup {
            Lookup::NamedAfterPath => all.map(claude::with_folder).collect(),
            Lookup::ByDay { .. } | Lookup::Everywhere => all.collect(),
        }
    }

    fn source(&self, id: &str, format: &str, file: PathBuf) -> Source {
        let is_document = file.extension().is_some_and(|extension| extension == "json");
        let source = Source::new(&self.name, id, format, file);
        if is_document { source.as_document() } else { source }
    }

    /// Returns the format of the agent's transcripts.
    fn format(&self) -> Option<&'static str> {
        self.transcripts.as_ref()?.format
    }
}

/// Returns true if there is a file, or something else in its place: capture says what is wrong
/// with that.
fn is_something(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

//! Finds the files in which an agent keeps the conversations of a session.

mod claude;
mod codex;

use std::path::{Path, PathBuf};

use super::own_id::OwnId;
use super::source_request::{DirectoryUse, SourceRequest};
use super::spec::Spec;
use super::transcript::{Lookup, SubagentFile, Transcripts};
use crate::git::Environment;
use crate::transcript::{Source, is_file_name};

impl Spec {
    /// Returns true if the agent keeps its conversations in files that are known.
    pub(super) fn has_sources(&self) -> bool {
        self.own_file.is_some()
            || self.own_id == OwnId::HistoryFile
            || self.format().is_some()
            || self.database.is_some()
    }

    /// Returns the conversations of a session, those that began first at the front.
    pub(super) fn find_sources(&self, request: &SourceRequest, env: &Environment) -> Vec<Source> {
        if self.own_file.is_some() {
            return self.own_source(request, env).into_iter().collect();
        }
        let id = request.agent_session_id.as_deref();
        if self.own_id == OwnId::HistoryFile {
            let known = id.filter(|id| super::value::check_id("id", id).is_ok());
            let file = known.map(|id| (id, self.history(&request.state_dir, id)));
            let there = file.filter(|(_, file)| is_something(file));
            let format = format!("{}-markdown", self.name);
            return there.map(|(id, file)| self.source(id, &format, file)).into_iter().collect();
        }
        if let Some(database) = self.database {
            return database.sources(&self.name, request, env);
        }
        let (Some(kept), Some(format)) = (&self.transcripts, self.format()) else {
            return Vec::new();
        };
        let Some(id) = id else { return Vec::new() };
        let first = kept.find_near(id, &request.workspace, env);
        let begun = || match request.directory_use {
            DirectoryUse::Own => kept.begun_in(&request.workspace, request.since, env),
            DirectoryUse::Shared => Vec::new(),
        };
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
            Lookup::ByDay { .. } => {
                let subagents = kept.subagents(request.since, env);
                all.map(|source| codex::with_subagents(source, &subagents)).collect()
            }
            Lookup::Everywhere => all.collect(),
        }
    }

    /// Returns the file that the user has named, if there is one.
    fn own_source(&self, request: &SourceRequest, env: &Environment) -> Option<Source> {
        let id = request.agent_session_id.as_deref();
        let history = id.map(|id| self.history(&request.state_dir, id));
        let file = self.own_file.as_ref()?.path(request, history.as_deref(), env)?;
        if !is_something(&file) {
            return None;
        }
        let own = id.filter(|id| is_file_name(id)).map(str::to_owned);
        let own = own.unwrap_or_else(|| request.session.to_string());
        let format = self.format().unwrap_or(match file.extension() {
            Some(extension) if extension == "jsonl" => "jsonl",
            _ => "text",
        });
        Some(self.source(&own, format, file))
    }

    /// Returns the source of a conversation with what lies beside its file, and those of these
    /// subagents that are its own.
    pub(super) fn complete_source(
        &self,
        kept: &Transcripts,
        id: &str,
        format: &str,
        file: &Path,
        subagents: &[SubagentFile],
    ) -> Source {
        let source = self.source(id, format, file.to_owned());
        match kept.lookup {
            Lookup::NamedAfterPath => claude::with_folder(source),
            Lookup::ByDay { .. } => codex::with_subagents(source, subagents),
            Lookup::Everywhere => source,
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

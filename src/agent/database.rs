//! Agents that keep their conversations in an SQLite database, which all of them share.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::home::AgentHome;
use super::kept_conversation::KeptConversation;
use super::put::SavedConversation;
use super::source_request::{DirectoryUse, SourceRequest};
use super::take_back::TakeBack;
use super::transcript::real_path;
use super::value::check_id;
use crate::git::Environment;
use crate::transcript::{Database, RowTable, Source};

/// The database in which an agent keeps its conversations.
#[derive(Debug)]
pub(super) struct AgentDatabase {
    /// The environment variable that names the file.
    pub file_variable: Option<&'static str>,
    /// The directory with the file.
    pub home: AgentHome,
    /// The file's name.
    pub file: &'static str,
    /// The format of its entries.
    pub format: &'static str,
    /// The tables that have a conversation.
    pub tables: &'static [RowTable],
    /// SQL: one row if the conversation `?1` was begun.
    pub has: &'static str,
    /// SQL: the id, the directory, and the times in milliseconds at which it was begun and changed,
    /// of each conversation with a person, by the time at which they were begun.
    pub conversations: &'static str,
    /// SQL: the ids of the conversations of the subagents of `?1`.
    pub subagents: &'static str,
    /// How the agent's program takes a conversation back. Nobody else writes into its database.
    pub take_back: Option<fn(&SavedConversation) -> Option<TakeBack>>,
}

/// A conversation of the database.
struct Begun {
    id: String,
    directory: PathBuf,
    changed: SystemTime,
}

impl AgentDatabase {
    /// Returns the path of the database.
    pub fn path(&self, env: &Environment) -> Option<PathBuf> {
        let moved = self.file_variable.and_then(|name| env.os(name)).filter(|it| !it.is_empty());
        Some(self.home.path(env)?.join(moved.unwrap_or(self.file.as_ref())))
    }

    /// Returns the variables that tell where the database is.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.home.variables().chain(self.file_variable)
    }

    /// Returns the conversations of a session, that which began first at the front.
    pub fn sources(&self, agent: &str, request: &SourceRequest, env: &Environment) -> Vec<Source> {
        let (Some(path), Some(first)) = (self.path(env), &request.agent_session_id) else {
            return Vec::new();
        };
        if check_id("id", first).is_err() || !path.is_file() {
            return Vec::new();
        }
        // Of one that cannot be read, the capture says why.
        let database = Database::open(&path).ok().flatten();
        let begun = database.as_ref().map(|database| self.begun(database)).unwrap_or_default();
        let later = begun.iter().skip_while(|it| it.id != *first).skip(1);
        let workspace = real_path(&request.workspace);
        let is_own = request.directory_use == DirectoryUse::Own;
        let later = later.filter(|it| {
            is_own && it.changed >= request.since && real_path(&it.directory) == workspace
        });
        let all = std::iter::once(first).chain(later.map(|it| &it.id));
        all.map(|id| self.source(agent, id, &path, database.as_ref())).collect()
    }

    /// Returns the id of the conversation that was begun in `workspace` last, and changed after
    /// `since`.
    pub fn newest_id(
        &self,
        workspace: &Path,
        since: SystemTime,
        env: &Environment,
    ) -> Option<String> {
        let database = Database::open(&self.path(env)?).ok()??;
        let workspace = real_path(workspace);
        let mut begun = self.begun(&database).into_iter().rev();
        begun
            .find(|it| it.changed >= since && real_path(&it.directory) == workspace)
            .map(|it| it.id)
    }

    /// Returns whether a conversation was begun, or None if that cannot be told.
    pub fn has(&self, id: &str, env: &Environment) -> Option<bool> {
        let path = self.path(env)?;
        match Database::open(&path).ok()? {
            None => Some(false),
            Some(database) => Some(!database.select(self.has, &[id]).ok()?.is_empty()),
        }
    }

    /// Returns all conversations with a person.
    pub fn history(&self, agent: &str, env: &Environment) -> Vec<KeptConversation> {
        let Some(path) = self.path(env) else { return Vec::new() };
        let Ok(Some(database)) = Database::open(&path) else { return Vec::new() };
        let begun = self.begun(&database).into_iter();
        let kept = begun.map(|it| KeptConversation {
            workspace: Some(it.directory),
            workspace_hash: None,
            source: self.source(agent, &it.id, &path, Some(&database)),
        });
        kept.collect()
    }

    fn source(&self, agent: &str, id: &str, path: &Path, database: Option<&Database>) -> Source {
        let source = Source::new(agent, id, self.format, path).as_rows(self.tables);
        let subagents = database.and_then(|it| it.select(self.subagents, &[id]).ok());
        let subagents = subagents.into_iter().flatten();
        let ids = subagents.filter_map(|row| Some(row.first()?.as_str()?.to_owned()));
        let ids = ids.filter(|id| check_id("subagent", id).is_ok());
        ids.fold(source, |source, id| source.with_subagent(id, path))
    }

    fn begun(&self, database: &Database) -> Vec<Begun> {
        let rows = database.select(self.conversations, &[]).unwrap_or_default();
        let begun = rows.into_iter().filter_map(|row| {
            let [id, directory, _, changed] = &row[..] else { return None };
            let id = id.as_str().filter(|id| check_id("id", id).is_ok())?.to_owned();
            let changed = UNIX_EPOCH + Duration::from_millis(changed.as_u64()?);
            Some(Begun { id, directory: text(directory)?.into(), changed })
        });
        begun.collect()
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

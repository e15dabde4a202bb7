use std::path::PathBuf;

use super::RowTable;
use super::rows::Database;

/// The files of one conversation, as the agent's program keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The agent's name.
    pub agent: String,
    /// The agent's own id of the conversation.
    pub agent_session_id: String,
    /// The format of its entries: `claude-jsonl`.
    pub format: String,
    /// The transcript.
    pub file: PathBuf,
    /// The transcripts of the subagents, with their names.
    pub subagents: Vec<(String, PathBuf)>,
    /// Files to which the transcript refers, with their paths in the agent's folder: names that are
    /// separated by `/`.
    pub files: Vec<(String, PathBuf)>,
    /// How the agent writes the transcript.
    pub kind: SourceKind,
}

/// How an agent writes a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SourceKind {
    /// It appends lines.
    #[default]
    Lines,
    /// It rewrites the whole file each time. Such a file is captured only when the agent has
    /// ended, because each capture is another generation.
    Document,
    /// It adds and changes rows of these tables of an SQLite database.
    Rows(&'static [RowTable]),
}

impl Source {
    /// Names the conversation of an agent and its file.
    pub fn new(
        agent: impl Into<String>,
        agent_session_id: impl Into<String>,
        format: impl Into<String>,
        file: impl Into<PathBuf>,
    ) -> Self {
        Self {
            agent: agent.into(),
            agent_session_id: agent_session_id.into(),
            format: format.into(),
            file: file.into(),
            subagents: Vec::new(),
            files: Vec::new(),
            kind: SourceKind::Lines,
        }
    }

    /// Adds the transcript of a subagent.
    #[must_use]
    pub fn with_subagent(mut self, name: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        self.subagents.push((name.into(), file.into()));
        self
    }

    /// Says that the agent rewrites the whole transcript each time.
    #[must_use]
    pub fn as_document(self) -> Self {
        Self { kind: SourceKind::Document, ..self }
    }

    /// Says that the file is an SQLite database, which has the conversation and those of its
    /// subagents, each by its id, in these tables.
    #[must_use]
    pub fn as_rows(self, tables: &'static [RowTable]) -> Self {
        Self { kind: SourceKind::Rows(tables), ..self }
    }

    /// Returns the files whose changes show that there may be something new.
    pub fn watched(&self) -> Vec<PathBuf> {
        match self.kind {
            SourceKind::Lines | SourceKind::Document => vec![self.file.clone()],
            SourceKind::Rows(_) => vec![self.file.clone(), Database::log(&self.file)],
        }
    }

    /// Adds a file to which the transcript refers.
    #[must_use]
    pub fn with_file(mut self, name: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        self.files.push((name.into(), file.into()));
        self
    }
}

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::import::{SkipReason, SkippedFile};
use crate::model::{SessionId, Shelf};
use crate::ops::{ImportOutcome, ImportedSession};

/// What `import --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportJson {
    /// The version of the format.
    pub version: u64,
    /// The sessions that were found.
    pub sessions: Vec<ImportedJson>,
    /// The files from which nothing was imported.
    pub files: Vec<SkippedFileJson>,
}

/// A session that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportedJson {
    /// The session.
    pub id: SessionId,
    /// The id that the program gave it, if it is another one.
    pub imported: Option<String>,
    /// The title.
    pub title: String,
    /// `new`, `updated`, `unchanged` or `kept`.
    pub outcome: String,
    /// Why the record here was kept.
    pub kept: Option<String>,
    /// True if it is archived there.
    pub archived: bool,
    /// The number of messages.
    pub messages: usize,
    /// The file.
    pub file: String,
    /// Why its own program would refuse the file.
    pub refused: Option<String>,
    /// What differs from the original, or was left out.
    pub notes: Vec<String>,
}

/// A file from which nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SkippedFileJson {
    /// The file.
    pub file: String,
    /// `ignored` or `unreadable`.
    pub reason: String,
    /// The reason in words.
    pub why: String,
}

impl From<&ImportedSession> for ImportedJson {
    fn from(found: &ImportedSession) -> Self {
        let session = &found.session;
        let imported = session.context.get("imported").and_then(crate::model::Value::as_str);
        let (outcome, kept) = match &found.outcome {
            ImportOutcome::New => ("new", None),
            ImportOutcome::Updated => ("updated", None),
            ImportOutcome::Unchanged => ("unchanged", None),
            ImportOutcome::Kept(why) => ("kept", Some(why.clone())),
        };
        Self {
            id: session.id,
            imported: imported.map(str::to_owned),
            title: session.display_title(),
            outcome: outcome.to_owned(),
            kept,
            archived: found.shelf == Shelf::Archived,
            messages: found.messages,
            file: text(&found.file),
            refused: found.refused.clone(),
            notes: found.notes.clone(),
        }
    }
}

impl From<&SkippedFile> for SkippedFileJson {
    fn from(skipped: &SkippedFile) -> Self {
        let reason = match skipped.reason {
            SkipReason::Ignored => "ignored",
            SkipReason::Unreadable => "unreadable",
        };
        Self { file: text(&skipped.file), reason: reason.to_owned(), why: skipped.why.clone() }
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

use std::path::PathBuf;

use super::save::ImportOutcome;
use crate::import::{ForeignContents, ForeignSession, SkippedFile};
use crate::model::{Session, SessionStatus, Shelf};

/// What was taken, what was skipped, and why.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ImportReport {
    /// The sessions that were found.
    pub sessions: Vec<ImportedSession>,
    /// The files from which nothing was imported.
    pub skipped: Vec<SkippedFile>,
}

/// A session that was found in the store of another program.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportedSession {
    /// The record as it was made from the file.
    pub session: Session,
    /// Whether it is active or archived there.
    pub shelf: Shelf,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The file.
    pub file: PathBuf,
    /// The number of messages in its conversation.
    pub messages: usize,
    /// Why its own program would refuse the file, if it would.
    pub refused: Option<String>,
    /// What differs from the original, or was left out.
    pub notes: Vec<String>,
}

impl ImportedSession {
    /// Returns true if its agent reports that it is running.
    pub fn is_running(&self) -> bool {
        self.session.status == SessionStatus::Working
    }
}

pub(super) fn report(
    contents: ForeignContents,
    outcomes: impl IntoIterator<Item = ImportOutcome>,
) -> ImportReport {
    let sessions = contents.sessions.into_iter().zip(outcomes).map(|(found, outcome)| {
        let ForeignSession { session, shelf, mut files, refused, notes, messages, .. } = found;
        let file = files.pop().unwrap_or_default();
        ImportedSession { session, shelf, outcome, file, messages, refused, notes }
    });
    ImportReport { sessions: sessions.collect(), skipped: contents.skipped }
}

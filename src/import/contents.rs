use std::path::PathBuf;

use crate::model::{Session, Shelf};
use crate::transcript::Source;

/// What was found in the store of another program.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ForeignContents {
    /// The sessions.
    pub sessions: Vec<ForeignSession>,
    /// The files from which nothing was imported, sorted by path.
    pub skipped: Vec<SkippedFile>,
}

/// A session of another program.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ForeignSession {
    /// The record that it becomes, within the limits of the store.
    pub session: Session,
    /// Whether it is active or archived there.
    pub shelf: Shelf,
    /// The working directory, which may be anywhere.
    pub workspace: Option<PathBuf>,
    /// The file from which it was read, after older copies of it.
    pub files: Vec<PathBuf>,
    /// Of an agent's history, the files to capture.
    pub source: Option<Source>,
    /// The process of an agent that runs now, as runtimes write it.
    pub process: Option<String>,
    /// Why its own program would refuse the file, if it would.
    pub refused: Option<String>,
    /// What differs from the original, or was left out.
    pub notes: Vec<String>,
    /// The number of messages.
    pub messages: usize,
}

/// A file from which nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct SkippedFile {
    /// The file.
    pub file: PathBuf,
    /// Whether something is lost.
    pub reason: SkipReason,
    /// The reason in words.
    pub why: String,
}

/// Whether a file that was skipped may have held a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// It is no session, or another file is the same session.
    Ignored,
    /// It may be a session, and cannot be read.
    Unreadable,
}

impl ForeignContents {
    pub(super) fn ignore(&mut self, file: impl Into<PathBuf>, why: impl Into<String>) {
        let (file, why) = (file.into(), why.into());
        self.skipped.push(SkippedFile { file, reason: SkipReason::Ignored, why });
    }

    pub(super) fn unreadable(&mut self, file: impl Into<PathBuf>, why: impl Into<String>) {
        let (file, why) = (file.into(), why.into());
        self.skipped.push(SkippedFile { file, reason: SkipReason::Unreadable, why });
    }
}

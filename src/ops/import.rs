//! Takes the sessions of other programs into the store.

mod conversations;
mod error;
mod places;
mod save;

use std::path::PathBuf;

pub use self::error::ImportError;
use self::places::Places;
pub use self::save::ImportOutcome;
use self::save::{Candidate, save};
use crate::import::{ForeignContents, ForeignSession, ForeignStore, ImportDefaults, SkippedFile};
use crate::model::{Session, Shelf, broken_rules};
use crate::ops::common::Engine;
use crate::store::{Transaction, Visibility};

/// The number of sessions that are written with one event. Others can write in between.
const TOGETHER: usize = 500;

/// What [`import`](crate::ops::Engine::import) takes, and from where.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportRequest {
    /// The program whose store it is.
    pub store: ForeignStore,
    /// The folder.
    pub path: PathBuf,
    /// Who may see new sessions.
    pub visibility: Visibility,
}

impl ImportRequest {
    /// Takes private sessions from the store of a program.
    pub fn new(store: ForeignStore, path: impl Into<PathBuf>) -> Self {
        Self { store, path: path.into(), visibility: Visibility::Private }
    }

    /// Sets who may see new sessions.
    #[must_use]
    pub fn visibility(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }
}

/// What was taken, what was skipped, and why.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ImportReport {
    /// The sessions that were found.
    pub sessions: Vec<ImportedSession>,
    /// The files of which nothing was taken.
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

impl Engine {
    /// Returns what [`import`](Self::import) would do.
    ///
    /// # Errors
    /// Fails if the folder or the store cannot be read.
    pub fn import_plan(&self, request: &ImportRequest) -> Result<ImportReport, ImportError> {
        let (contents, candidates) = self.candidates(request)?;
        let snapshot = self.store().snapshot()?;
        let outcomes = candidates.iter().map(|candidate| candidate.decide(&snapshot));
        let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
        Ok(report(contents, outcomes.into_iter().map(|decision| decision.outcome())))
    }

    /// Takes the sessions of another program, with their ids, times, lineage and conversations.
    ///
    /// A session that is here already is updated if it is newer there, and stays otherwise: nothing
    /// is doubled. Sessions are written in groups; if the import is interrupted, those before stay,
    /// and the next import goes on.
    ///
    /// # Errors
    /// Fails if the folder cannot be read, or if the store or the transcripts cannot be written. A
    /// file that cannot be read is part of the report.
    pub fn import(&self, request: &ImportRequest) -> Result<ImportReport, ImportError> {
        // A clone that never wrote has no name yet.
        self.store().replica()?;
        let (mut contents, candidates) = self.candidates(request)?;
        let mut outcomes = Vec::new();
        for (part, nth) in candidates.chunks(TOGETHER).zip(0..) {
            self.interrupt().check().map_err(|_| ImportError::Interrupted)?;
            let import = |tx: &mut Transaction<'_>| {
                tx.describe(format!("from {}", request.store.name()));
                part.iter().map(|candidate| save(tx, candidate)).collect::<Result<Vec<_>, _>>()
            };
            outcomes.extend(self.store().transaction("import", import)?.value);
            let first = nth * TOGETHER;
            let found = &mut contents.sessions[first..first + part.len()];
            self.keep_conversations(request.store, found, &outcomes[first..])?;
        }
        Ok(report(contents, outcomes))
    }

    fn candidates(
        &self,
        request: &ImportRequest,
    ) -> Result<(ForeignContents, Vec<Candidate>), ImportError> {
        let now = self.store().clock().now();
        let project = self.store().snapshot()?.default_project()?;
        let defaults = ImportDefaults::new(project, now);
        let read = request.store.read(&request.path, &defaults);
        let mut contents =
            read.map_err(|source| ImportError::Read { path: request.path.clone(), source })?;
        let mut places = Places::new(self);
        let mut candidates = Vec::new();
        for found in &mut contents.sessions {
            let rules = broken_rules(None, &found.session, now).into_iter();
            found.notes.extend(rules.map(|rule| format!("breaks a rule: {rule}")));
            if let Some(path) = &found.workspace {
                places.place(&mut found.session, path)?;
            }
            let ForeignSession { session, shelf, .. } = found;
            let visibility = request.visibility;
            candidates.push(Candidate { session: session.clone(), shelf: *shelf, visibility });
        }
        Ok((contents, candidates))
    }
}

fn report(
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

use std::path::PathBuf;

use super::error::ImportError;
use super::report::ImportReport;
use super::taking::Taking;
use crate::import::{ForeignContents, ForeignSession, ForeignStore};
use crate::ops::common::Engine;
use crate::store::Visibility;

/// What [`import`](crate::ops::Engine::import) takes, and from where.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportRequest {
    /// The program that owns the store.
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

impl Engine {
    /// Returns what [`import`](Self::import) would do.
    ///
    /// # Errors
    /// Fails if the folder or the store cannot be read.
    pub fn import_plan(&self, request: &ImportRequest) -> Result<ImportReport, ImportError> {
        self.plan(self.contents(request)?, request.visibility)
    }

    /// Takes the sessions of another program, with their ids, times, lineage and conversations.
    ///
    /// A session that is here already is updated if it is newer there, and stays otherwise: nothing
    /// is doubled. Sessions are written in groups; if the import is interrupted, those before stay,
    /// and the next import continues.
    ///
    /// # Errors
    /// Fails if the folder cannot be read, or if the store or the transcripts cannot be written. A
    /// file that cannot be read is part of the report.
    pub fn import(&self, request: &ImportRequest) -> Result<ImportReport, ImportError> {
        // A clone that never wrote has no name yet.
        self.store().replica()?;
        let conversation = |found: &ForeignSession| request.store.conversation(found);
        let how = Taking { from: request.store.name(), conversation: &conversation };
        self.take(self.contents(request)?, request.visibility, &how)
    }

    fn contents(&self, request: &ImportRequest) -> Result<ForeignContents, ImportError> {
        let read = request.store.read(&request.path, &self.import_defaults()?);
        read.map_err(|source| ImportError::Read { path: request.path.clone(), source })
    }
}

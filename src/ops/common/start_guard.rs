use std::path::Path;

use crate::git::Repository;
use crate::model::{Session, SessionId, Timestamp};
use crate::ops::common::start::GRACE;
use crate::ops::common::{Launcher, OpsError, Start};
use crate::runtime::{Runtime, Started};

/// A started process that still waits for the claim. Dropping the guard stops it unless it was
/// [disarmed](StartGuard::disarm).
pub(in crate::ops) struct StartGuard<'a> {
    runtime: &'a dyn Runtime,
    session: SessionId,
    started: Option<Started>,
}

impl<'a> StartGuard<'a> {
    pub fn new(
        launcher: &Launcher,
        repo: &Repository,
        session: &Session,
        workspace: &Path,
        start: &'a Start,
        at: Timestamp,
    ) -> Result<Self, OpsError> {
        let started = launcher.start(repo, session, workspace, start, at)?;
        Ok(Self { runtime: &*start.runtime, session: session.id, started: Some(started) })
    }

    /// Returns the handle to record in the placement.
    pub fn handle(&self) -> Option<String> {
        match self.started.as_ref()? {
            Started::Running(handle) | Started::Here(handle) => Some(handle.clone()),
            Started::Nothing => None,
        }
    }

    /// Returns the socket of the server on which the process runs.
    pub fn socket(&self) -> Option<String> {
        self.handle().and_then(|_| self.runtime.socket())
    }

    /// Lets the process continue.
    pub fn disarm(mut self) -> Started {
        self.started.take().unwrap_or(Started::Nothing)
    }
}

impl Drop for StartGuard<'_> {
    fn drop(&mut self) {
        if let Some(Started::Running(handle)) = &self.started {
            // If this fails, the process exits by itself because its placement is not in the
            // record.
            let _ = self.runtime.stop(&self.session, handle, GRACE);
        }
    }
}

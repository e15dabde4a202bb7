use std::path::Path;

use crate::git::Repository;
use crate::model::{Session, SessionId, Timestamp};
use crate::ops::common::start::GRACE;
use crate::ops::common::{Launcher, OpsError, Start};
use crate::runtime::{Runtime, Started};

/// What was started and does not work yet: it waits for the claim. It is stopped again unless it is
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

    /// What placements have of it.
    pub fn handle(&self) -> Option<String> {
        match self.started.as_ref()? {
            Started::Running(handle) | Started::Here(handle) => Some(handle.clone()),
            Started::Nothing => None,
        }
    }

    /// The socket of the server that has it.
    pub fn socket(&self) -> Option<String> {
        self.handle().and_then(|_| self.runtime.socket())
    }

    /// Lets it go on.
    pub fn disarm(mut self) -> Started {
        self.started.take().unwrap_or(Started::Nothing)
    }
}

impl Drop for StartGuard<'_> {
    fn drop(&mut self) {
        if let Some(Started::Running(handle)) = &self.started {
            // Where this fails it ends by itself: it finds no record, or not its placement.
            let _ = self.runtime.stop(&self.session, handle, GRACE);
        }
    }
}

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::error::ImportError;
use crate::git::sha256;
use crate::model::{Placement, Session};
use crate::ops::common::Engine;
use crate::workspace::to_record;

/// Tells the worktrees of this repository from other directories.
pub(super) struct Places<'e> {
    engine: &'e Engine,
    /// The name of this clone. Without one, no session lives in it.
    replica: Option<String>,
    worktrees: Option<Vec<PathBuf>>,
}

impl<'e> Places<'e> {
    pub fn new(engine: &'e Engine) -> Self {
        let replica = engine.store().known_replica();
        Self { engine, replica, worktrees: None }
    }

    /// Gives a session its place in this clone, if it worked in a worktree of this repository.
    pub fn place(&mut self, session: &mut Session, path: &Path) -> Result<(), ImportError> {
        let Some(path) = self.worktree_of(path)? else { return Ok(()) };
        let environment = self.engine.repository().environment();
        if let (Some(replica), Ok(text)) = (self.replica.clone(), to_record(&path, environment)) {
            session.placements.insert(replica, Placement::in_workspace(text));
        }
        Ok(())
    }

    /// Returns the worktree of this repository that is this directory or contains it.
    pub fn worktree_of(&mut self, path: &Path) -> Result<Option<PathBuf>, ImportError> {
        let Some(path) = path.is_absolute().then(|| path.canonicalize().ok()).flatten() else {
            return Ok(None);
        };
        let all = self.worktrees()?.iter().filter(|worktree| path.starts_with(worktree));
        Ok(all.max_by_key(|worktree| worktree.as_os_str().len()).cloned())
    }

    /// Returns the worktree of this repository whose path has this hash.
    pub fn worktree_with(&mut self, hash: &str) -> Result<Option<PathBuf>, ImportError> {
        let hashed = |worktree: &&PathBuf| sha256(worktree.as_os_str().as_bytes()) == hash;
        Ok(self.worktrees()?.iter().find(hashed).cloned())
    }

    fn worktrees(&mut self) -> Result<&[PathBuf], ImportError> {
        if self.worktrees.is_none() {
            let all = self.engine.worktrees().list()?.into_iter();
            let all = all.filter(|entry| !entry.bare).map(|entry| entry.path);
            self.worktrees = Some(all.collect());
        }
        Ok(self.worktrees.as_deref().unwrap_or_default())
    }
}

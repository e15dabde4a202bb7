//! Finds and repairs what an interrupted `git worktree add` leaves in the git directory. Git does
//! not recover from some of these states, and then fails for the whole repository.

mod adding;
mod checkout;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::adding::is_git_adding;
pub use self::checkout::HalfCheckout;
use super::state::INITIALIZING;
use super::{WorkspaceError, Worktrees};
use crate::git::uninterrupted;

impl Worktrees<'_> {
    /// Returns incomplete entries of `worktrees/` in the git directory on which no process is
    /// working any more. Git fails because of them, or soon would.
    ///
    /// # Errors
    /// Fails if the git directory cannot be read.
    pub fn half_made(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let folder = self.repo.common_dir().join("worktrees");
        let entries = match uninterrupted(|| fs::read_dir(&folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed("read", &folder))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed("read", &folder))?.path();
            if is_half_made(&path) {
                found.push(path);
            }
        }
        if !found.is_empty() && is_git_adding(self.repo.common_dir()) {
            return Ok(Vec::new());
        }
        found.sort();
        Ok(found)
    }

    /// Repairs all incomplete entries, as [`mend_half_made_at`](Self::mend_half_made_at) does.
    ///
    /// # Errors
    /// Fails if an entry cannot be written or moved. Entries that were repaired before stay
    /// repaired.
    pub fn mend_half_made(&self) -> Result<(), WorkspaceError> {
        self.half_made()?.iter().try_for_each(|path| self.mend_half_made_at(path).map(drop))
    }

    /// Repairs one incomplete entry. A worktree that has a path and a HEAD gets its link to the
    /// repository, and loses an empty index. Any other entry was never usable and is moved to
    /// `ao/half-made/`. Returns the new path of a moved entry.
    ///
    /// # Errors
    /// Fails if the entry cannot be written or moved.
    pub fn mend_half_made_at(&self, path: &Path) -> Result<Option<PathBuf>, WorkspaceError> {
        if !is_usable(path) {
            return self.repo.set_aside(path, "half-made").map_err(failed("move", path));
        }
        let (way, index) = (path.join("commondir"), path.join("index"));
        if !has_text(&way) {
            // The same in every linked worktree (gitrepository-layout(5)).
            fs::write(&way, "../..\n").map_err(failed("write", &way))?;
        }
        if is_empty(&index) {
            uninterrupted(|| fs::remove_file(&index)).map_err(failed("remove", &index))?;
        }
        Ok(None)
    }
}

/// Returns true if the entry has a path and a HEAD.
fn is_usable(git_dir: &Path) -> bool {
    ["HEAD", "gitdir"].iter().all(|name| has_text(&git_dir.join(name)))
}

/// Returns true if `git worktree add` did not complete the entry. A completed worktree that later
/// loses its HEAD is damaged, and is left alone.
fn is_half_made(git_dir: &Path) -> bool {
    let locked = fs::read_to_string(git_dir.join("locked")).unwrap_or_default();
    let is_begun = locked.trim_end() == INITIALIZING;
    let is_whole = ["HEAD", "gitdir", "commondir"].iter().all(|name| has_text(&git_dir.join(name)));
    (is_begun && !is_whole)
        || ["commondir", "index"].iter().any(|name| is_empty(&git_dir.join(name)))
}

fn has_text(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.len() > 0)
}

fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.len() == 0)
}

fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WorkspaceError {
    let path = path.to_owned();
    move |source| WorkspaceError::Io { act, path, source }
}

//! What a `git worktree add` that was killed leaves in the git directory: from some of it git itself
//! does not recover, and fails for the whole repository.

mod adding;
mod checkout;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::adding::{INITIALIZING, is_git_adding};
pub use self::checkout::HalfCheckout;
use super::{WorkspaceError, Worktrees};
use crate::git::uninterrupted;

impl Worktrees<'_> {
    /// Entries of `worktrees/` in the git directory that somebody began to write and that nobody
    /// works on any more. Git fails on them, or would.
    ///
    /// # Errors
    /// When the git directory cannot be read.
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

    /// Puts right all that was half made, see [`mend_half_made_at`](Self::mend_half_made_at).
    ///
    /// # Errors
    /// When it cannot be written or moved.
    pub fn mend_half_made(&self) -> Result<(), WorkspaceError> {
        self.half_made()?.iter().try_for_each(|path| self.mend_half_made_at(path).map(drop))
    }

    /// Puts right one entry that was half made: a worktree that has a place and a HEAD gets the way
    /// to the repository, and loses an index that is empty; of any other nobody can have used
    /// anything, and it is moved to `ao/half-made/`. Returns where it was moved to.
    ///
    /// # Errors
    /// When it cannot be written or moved.
    pub fn mend_half_made_at(&self, path: &Path) -> Result<Option<PathBuf>, WorkspaceError> {
        if !is_usable(path) {
            return self.repo.set_aside(path, "half-made").map_err(failed("move", path));
        }
        let (way, index) = (path.join("commondir"), path.join("index"));
        if !has_text(&way) {
            // Where worktrees have it in every repository (gitrepository-layout(5)).
            fs::write(&way, "../..\n").map_err(failed("write", &way))?;
        }
        if is_empty(&index) {
            uninterrupted(|| fs::remove_file(&index)).map_err(failed("remove", &index))?;
        }
        Ok(None)
    }
}

/// It has a place and a HEAD.
fn is_usable(git_dir: &Path) -> bool {
    ["HEAD", "gitdir"].iter().all(|name| has_text(&git_dir.join(name)))
}

/// A worktree that was made once has a HEAD. One that loses it later is damaged, and not for us to
/// touch.
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

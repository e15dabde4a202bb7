//! Finds what a `git ao` leaves that is interrupted just before or just after git creates a
//! worktree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{WorkspaceError, Worktrees, marker};
use crate::git::uninterrupted;
use crate::model::{Project, shell_path};

/// A directory at the path of a session's worktree that does not name its session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// The directory.
    pub path: PathBuf,
    /// The short id of the session.
    pub short: String,
}

impl Unfinished {
    /// Returns a command that removes it. Git refuses if the worktree contains work.
    pub fn way_out(&self) -> String {
        format!("git worktree remove {}", shell_path(&self.path))
    }

    fn at(path: PathBuf) -> Option<Self> {
        let short = path.file_name()?.to_str()?.to_owned();
        let is_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        (short.len() == 8 && short.bytes().all(is_hex)).then_some(Self { path, short })
    }
}

impl Worktrees<'_> {
    /// Returns complete worktrees that are at the path of a session's worktree, but do not name
    /// their session.
    ///
    /// # Errors
    /// Fails if the git directory cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, WorkspaceError> {
        let root = super::worktrees::real_path(&self.root()?);
        let is_in_place = |path: &Path| path.ancestors().nth(2) == Some(root.as_path());
        let known = self.registered()?.into_iter().filter(|known| {
            known.locked.is_none()
                && marker::read(&known.git_dir).is_none()
                && known.path.exists()
                && is_in_place(&known.path)
        });
        Ok(known.filter_map(|known| Unfinished::at(known.path)).collect())
    }

    /// Returns empty directories at the path of a worktree of this project that git has not
    /// registered.
    ///
    /// # Errors
    /// Fails if the parent directory or the git directory cannot be read.
    pub fn empty_folders(&self, project: &Project) -> Result<Vec<Unfinished>, WorkspaceError> {
        let folder = super::worktrees::real_path(&self.root()?.join(project.as_str()));
        let failed = |source| WorkspaceError::Io { act: "read", path: folder.clone(), source };
        let entries = match uninterrupted(|| fs::read_dir(&folder)) {
            Err(error) if is_no_folder(&error) => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let known = self.registered()?;
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if is_empty(&path) && !known.iter().any(|known| known.path == path) {
                found.extend(Unfinished::at(path));
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }
}

fn is_empty(path: &Path) -> bool {
    !path.is_symlink() && fs::read_dir(path).is_ok_and(|mut inside| inside.next().is_none())
}

fn is_no_folder(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

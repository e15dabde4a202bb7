use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::removal::Target;
use crate::git::{Repository, replace};

/// A registered worktree whose entry temporarily names a path that does not exist. Dropping this
/// restores the entry, unless git has removed it.
pub(super) struct Nowhere {
    /// The path, which does not exist.
    pub path: PathBuf,
    file: PathBuf,
    before: Vec<u8>,
}

impl Nowhere {
    /// Points the entry at a path that does not exist, so that git cannot touch the worktree's own
    /// folder.
    ///
    /// # Errors
    /// Fails with [`WorkspaceError::Changed`] if that folder exists again. Also fails if the entry
    /// cannot be read or written.
    pub fn lead(repo: &Repository, target: &Target) -> Result<Self, WorkspaceError> {
        let file = target.git_dir.join("gitdir");
        let failed = |act| {
            let path = file.clone();
            move |source| WorkspaceError::Io { act, path, source }
        };
        let name = target.git_dir.file_name().unwrap_or_default();
        let path = repo.ao_dir().join("gone").with_extension(name);
        let before = fs::read(&file).map_err(failed("read"))?;
        write(&file, path.join(".git").as_os_str().as_encoded_bytes()).map_err(failed("write"))?;
        let nowhere = Self { path, file, before };
        if target.path.exists() {
            return Err(WorkspaceError::Changed(target.path.clone()));
        }
        Ok(nowhere)
    }
}

impl Drop for Nowhere {
    fn drop(&mut self) {
        if self.file.exists() {
            // Failure is ignored: git itself reports a worktree that it cannot find.
            let _ = write(&self.file, self.before.trim_ascii_end());
        }
    }
}

/// Replaces the file atomically.
fn write(file: &Path, line: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new().prefix("ao-gitdir.").tempfile_in(folder)?;
    fresh.write_all(line)?;
    fresh.write_all(b"\n")?;
    replace(file, fresh.into_temp_path())
}

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::removal::Target;
use crate::git::{Repository, replace};

/// A worktree that git takes for one at a place where there is nothing; it is led back unless git
/// has forgotten it by then.
pub(super) struct Nowhere {
    /// The place.
    pub path: PathBuf,
    file: PathBuf,
    before: Vec<u8>,
}

impl Nowhere {
    /// Leads git there. From then on the folder that it was in is out of git's sight.
    ///
    /// # Errors
    /// [`WorkspaceError::Changed`] when that folder is there again.
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
            // Git says so itself if the worktree cannot be found any more.
            let _ = write(&self.file, self.before.trim_ascii_end());
        }
    }
}

/// Whoever reads it meanwhile finds the old or the new.
fn write(file: &Path, line: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new().prefix("ao-gitdir.").tempfile_in(folder)?;
    fresh.write_all(line)?;
    fresh.write_all(b"\n")?;
    replace(file, fresh.into_temp_path())
}

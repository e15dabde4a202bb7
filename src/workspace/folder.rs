//! Folders of a worktree in which an agent works.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::git::Repository;
use crate::model::{ErrorKind, Recovery, is_folder};

/// Why an agent cannot work in a folder of its worktree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderProblem {
    /// It does not exist.
    #[error("it is not there")]
    Missing,
    /// It, or a folder above it, is a symbolic link, and may lead anywhere.
    #[error("it is a symbolic link, or below one")]
    Link,
    /// It is a file.
    #[error("it is not a folder")]
    NotAFolder,
    /// It is in a submodule, or in another repository.
    #[error("it belongs to another repository")]
    OtherRepository,
    /// Its name cannot be recorded.
    #[error("its name cannot be recorded")]
    Unnameable,
    /// It cannot be entered.
    #[error("it cannot be entered")]
    Forbidden,
}

impl FolderProblem {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing => ErrorKind::NotFound,
            Self::Unnameable => ErrorKind::Invalid,
            Self::Link | Self::NotAFolder | Self::OtherRepository | Self::Forbidden => {
                ErrorKind::Refused
            }
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Returns the path of a folder of a worktree, if an agent can work there.
///
/// # Errors
/// Fails if that is not a folder of this worktree. Symbolic links are not followed.
pub fn folder_in(top: &Path, folder: &str) -> Result<PathBuf, FolderProblem> {
    if !is_folder(folder) {
        return Err(FolderProblem::Unnameable);
    }
    let mut path = top.to_owned();
    for part in folder.split('/') {
        path.push(part);
        let meta = fs::symlink_metadata(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FolderProblem::Missing,
            io::ErrorKind::NotADirectory => FolderProblem::NotAFolder,
            _ => FolderProblem::Forbidden,
        })?;
        if meta.is_symlink() {
            return Err(FolderProblem::Link);
        }
        if !meta.is_dir() {
            return Err(FolderProblem::NotAFolder);
        }
        if path.join(".git").symlink_metadata().is_ok() {
            return Err(FolderProblem::OtherRepository);
        }
    }
    // Reading it needs another permission than entering it.
    match path.join(".").metadata() {
        Ok(_) => Ok(path),
        Err(_) => Err(FolderProblem::Forbidden),
    }
}

/// Returns the folder of the repository's worktree in which `directory` is, relative to the top
/// directory; None for the top directory itself, and outside the worktree.
///
/// # Errors
/// Fails if its name cannot be recorded, with the name as far as it can be shown.
pub fn folder_of(
    repo: &Repository,
    directory: &Path,
) -> Result<Option<String>, (String, FolderProblem)> {
    let below = || {
        let top = repo.work_dir()?.canonicalize().ok()?;
        Some(directory.canonicalize().ok()?.strip_prefix(top).ok()?.to_owned())
    };
    let Some(below) = below().filter(|below| !below.as_os_str().is_empty()) else {
        return Ok(None);
    };
    match below.to_str() {
        Some(folder) if is_folder(folder) => Ok(Some(folder.to_owned())),
        _ => Err((below.to_string_lossy().into_owned(), FolderProblem::Unnameable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_folders_below_the_top_are_used() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        fs::create_dir_all(top.join("web/größe w")).unwrap();
        fs::create_dir_all(top.join("vendor/.git")).unwrap();
        fs::create_dir_all(top.join("vendor/src")).unwrap();
        fs::write(top.join("file"), "").unwrap();
        std::os::unix::fs::symlink("web", top.join("link")).unwrap();
        assert_eq!(folder_in(top, "web/größe w"), Ok(top.join("web/größe w")));
        for (folder, problem) in [
            ("gone", FolderProblem::Missing),
            ("web/gone", FolderProblem::Missing),
            ("file", FolderProblem::NotAFolder),
            ("file/x", FolderProblem::NotAFolder),
            ("link", FolderProblem::Link),
            ("link/größe w", FolderProblem::Link),
            ("vendor/src", FolderProblem::OtherRepository),
            ("../x", FolderProblem::Unnameable),
            ("/etc", FolderProblem::Unnameable),
            ("web/.git", FolderProblem::Unnameable),
            ("", FolderProblem::Unnameable),
        ] {
            assert_eq!(folder_in(top, folder), Err(problem), "{folder:?}");
        }
    }
}

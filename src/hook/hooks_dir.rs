use std::path::{Path, PathBuf};

use super::HookError;
use crate::git::Repository;

/// The directory in which git looks for hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HooksDir {
    /// The path; it need not exist.
    pub folder: PathBuf,
    /// Who uses it.
    pub scope: HooksScope,
}

/// Who uses a hooks directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HooksScope {
    /// This repository: the directory is in its git directory.
    Repository,
    /// This repository and its other users: the directory is part of a worktree.
    Worktree,
    /// Other repositories too: the directory is elsewhere.
    Shared,
}

impl HooksDir {
    /// Finds the directory as git does (core.hooksPath in git-config(1)).
    ///
    /// # Errors
    /// Fails if core.hooksPath cannot be a directory, such as `/dev/null`.
    pub fn find(repo: &Repository) -> Result<Self, HookError> {
        let Some(path) = repo.config_path("core.hooksPath") else {
            let folder = repo.common_dir().join("hooks");
            return Ok(Self { folder, scope: HooksScope::Repository });
        };
        let base = repo.work_dir().unwrap_or_else(|| repo.git_dir().to_owned());
        let folder = base.join(&path);
        if folder.exists() && !folder.is_dir() {
            return Err(HookError::TurnedOff(path));
        }
        let real = resolved(&folder);
        let main = (repo.main_folder() != repo.common_dir()).then(|| repo.main_folder().to_owned());
        let scope = if real.starts_with(repo.common_dir()) {
            HooksScope::Repository
        } else if real.starts_with(&base) || main.is_some_and(|main| real.starts_with(main)) {
            HooksScope::Worktree
        } else {
            HooksScope::Shared
        };
        Ok(Self { folder, scope })
    }
}

/// Returns the path with symbolic links resolved as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(parent), Some(name)) => resolved(parent).join(name),
        _ => path.to_owned(),
    }
}

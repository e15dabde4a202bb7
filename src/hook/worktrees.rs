//! Checks in which worktrees git finds a hook.

use std::io;
use std::path::{Path, PathBuf};

use super::file::{ExistingHook, HookFile};
use super::{HookError, HookName, HooksDir, Installer, configured};
use crate::git::{Environment, Repository};
use crate::model::shell_word;
use crate::workspace::Worktrees;

/// A worktree in which git does not run a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lacking {
    /// The directory.
    pub worktree: PathBuf,
    /// The value of its core.hooksPath, if no hook can be installed there.
    pub turned_off: Option<PathBuf>,
}

impl Lacking {
    /// Returns a command that installs these hooks there, or shows why they cannot be installed.
    pub fn way_out(&self, names: &str) -> String {
        let path = shell_word(&self.worktree.to_string_lossy());
        match self.turned_off {
            None => format!("git -C {path} ao hooks install {names}"),
            Some(_) => format!("git -C {path} config --show-origin --get core.hooksPath"),
        }
    }
}

impl Installer<'_> {
    /// Returns the worktrees in which git does not run this hook although it is installed in the
    /// current one. A relative core.hooksPath is another directory in each worktree
    /// (git-config(1)), and with `extensions.worktreeConfig` each worktree can set its own.
    ///
    /// # Errors
    /// Fails if the worktrees cannot be listed.
    pub fn lacking(&self, name: HookName) -> Result<Vec<Lacking>, HookError> {
        let relative = self.repo.config_path("core.hooksPath").filter(|it| it.is_relative());
        let has_own = self.repo.config_bool("extensions.worktreeConfig") == Some(true);
        if (relative.is_none() && !has_own) || configured::has(self.repo, name)? {
            return Ok(Vec::new());
        }
        let listed = Worktrees::new(self.repo).list()?.into_iter();
        let there = listed.filter(|listed| !listed.bare && listed.prunable.is_none());
        let lacks = |path: PathBuf| {
            let folder = match &relative {
                Some(relative) if !has_own => Ok(path.join(relative)),
                _ => folder_in(&path, self.repo.environment()),
            };
            let (is_run, turned_off) = match folder {
                Ok(folder) => (is_run_in(&folder, name), None),
                Err(HookError::TurnedOff(path)) => (false, Some(path)),
                // A worktree that cannot be read has other problems, which are reported elsewhere.
                Err(_) => (true, None),
            };
            (!is_run).then_some(Lacking { worktree: path, turned_off })
        };
        Ok(there.filter_map(|listed| lacks(listed.path)).collect())
    }
}

/// Returns the directory in which git looks for hooks in the worktree at this path.
fn folder_in(worktree: &Path, environment: &Environment) -> Result<PathBuf, HookError> {
    let repo = Repository::open(worktree, environment.clone())
        .map_err(|error| HookError::io("read", worktree)(io::Error::other(error)))?;
    Ok(HooksDir::find(&repo)?.folder)
}

fn is_run_in(folder: &Path, name: HookName) -> bool {
    let file = HookFile::new(folder, name);
    matches!(file.look(), Ok(ExistingHook::Ours(..))) && file.is_run()
}

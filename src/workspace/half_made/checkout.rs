use std::path::PathBuf;

use super::adding::is_git_adding;
use crate::git::GitError;
use crate::model::shell_path;
use crate::workspace::hidden::with_index;
use crate::workspace::registry::Registered;
use crate::workspace::state::INITIALIZING;
use crate::workspace::{WorkspaceError, Worktrees, marker};

/// A worktree whose `git worktree add` was killed. Git keeps such a worktree locked forever.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HalfCheckout {
    /// The directory.
    pub path: PathBuf,
    /// True if it contains changes that are not in its commit.
    pub has_work: bool,
}

impl HalfCheckout {
    /// Returns a command that removes it or, if it contains changes, shows them.
    pub fn way_out(&self) -> String {
        let path = shell_path(&self.path);
        match self.has_work {
            true => format!("git worktree unlock {path} && git -C {path} status"),
            false => format!("git worktree remove -f -f {path}"),
        }
    }
}

impl Worktrees<'_> {
    /// Returns worktrees whose checkout was never completed.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn half_checkouts(&self) -> Result<Vec<HalfCheckout>, WorkspaceError> {
        let known = self.registered()?.into_iter();
        let begun = known.filter(|known| known.locked.as_deref() == Some(INITIALIZING));
        let begun: Vec<_> = begun.collect();
        if begun.is_empty() || is_git_adding(self.repo.common_dir()) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for known in begun {
            let is_there = marker::git_dir_of(&known.path).is_some();
            let has_work = is_there && self.has_more_than_its_commit(&known)?;
            found.push(HalfCheckout { path: known.path, has_work });
        }
        Ok(found)
    }

    /// Returns true if the worktree contains more than its commit. Compares it with a temporary
    /// index of the commit, because its own may not exist yet.
    fn has_more_than_its_commit(&self, known: &Registered) -> Result<bool, WorkspaceError> {
        let failed = |source| {
            let path = known.git_dir.clone();
            WorkspaceError::Io { act: "write", path, source }
        };
        let folder = tempfile::Builder::new().prefix("ao-index.").tempdir_in(&known.git_dir);
        let folder = folder.map_err(failed)?;
        let index = folder.path().join("index");
        let git = |verb| with_index(self.repo.git_in(&known.path, verb), Some(&index));
        let status = || {
            git("read-tree").arg("HEAD").run()?;
            git("status").args(["--porcelain=v2", "-z", "--untracked-files=all"]).run()
        };
        match status() {
            Ok(output) => {
                let mut lines = output.bytes().split(|byte| *byte == 0);
                Ok(lines.any(|line| !line.is_empty() && !line.starts_with(b"1 .D ")))
            }
            // A worktree that cannot be inspected may contain work.
            Err(GitError::Failed { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

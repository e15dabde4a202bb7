use std::fmt;
use std::path::Path;

use super::{Added, Addition, Detail, ExpectedWorktree, Progress, Recreation, Removal, Removed};
use super::{Workspace, WorkspaceError, WorkspaceState};
use crate::git::{Environment, GitCommand, Repository};

/// Workspaces that are linked git worktrees of one repository.
#[derive(Clone, Copy)]
pub struct Worktrees<'r> {
    pub(super) repo: &'r Repository,
    pub(super) progress: Option<Progress<'r>>,
    history: History,
}

/// Which history counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum History {
    /// What git shows, with grafts and replaced commits.
    Shown,
    /// What the commits themselves say.
    Written,
}

impl<'r> Worktrees<'r> {
    /// Uses the worktrees of a repository.
    pub fn new(repo: &'r Repository) -> Self {
        Self { repo, progress: None, history: History::Shown }
    }

    /// Uses the same worktrees with a certain history.
    pub(super) fn with_history(self, history: History) -> Self {
        Self { history, ..self }
    }

    /// Returns the histories that there are.
    pub(super) fn histories(&self) -> &'static [History] {
        match self.repo.has_other_parents() {
            true => &[History::Shown, History::Written],
            false => &[History::Shown],
        }
    }

    /// Returns `git <verb>` for a look at the history that counts.
    pub(super) fn history(&self, verb: &str) -> GitCommand {
        self.history_with(&[], verb)
    }

    /// Returns `git -c <key>=<value> <verb>` for a look at the history that counts.
    pub(super) fn history_with(&self, config: &[(&str, &str)], verb: &str) -> GitCommand {
        let git = self.repo.git_with(config, verb);
        match self.history {
            History::Shown => git,
            History::Written => {
                git.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_GRAFT_FILE", "/dev/null")
            }
        }
    }

    /// Reports the progress of checkouts to this function, if any.
    pub fn with_progress(self, progress: Option<Progress<'r>>) -> Self {
        Self { progress, ..self }
    }

    pub(super) fn environment(&self) -> &Environment {
        self.repo.environment()
    }

    /// Returns `git <verb>` as a user would run it at the top of this worktree, because relative
    /// paths in the configuration, such as `core.hooksPath`, are resolved from there.
    pub(super) fn git_at_top(&self, verb: &str) -> GitCommand {
        match self.repo.work_dir() {
            Some(top) => self.repo.git_in(&top, verb).env("GIT_DIR", self.repo.git_dir()),
            None => self.repo.git(verb),
        }
    }
}

impl fmt::Debug for Worktrees<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worktrees").field("repo", self.repo).finish_non_exhaustive()
    }
}

impl Workspace for Worktrees<'_> {
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError> {
        self.add_worktree(addition)
    }

    fn states(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError> {
        self.look(places, detail)
    }

    fn recreate(&self, again: &Recreation<'_>) -> Result<Added<'_>, WorkspaceError> {
        self.recreate_worktree(again)
    }

    fn remove(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError> {
        self.remove_worktree(removal)
    }
}

/// Returns the path as git sees it: with symbolic links resolved as far as the path exists.
pub(super) fn real_path(path: &Path) -> std::path::PathBuf {
    for folder in path.ancestors() {
        if let Ok(real) = folder.canonicalize() {
            return match path.strip_prefix(folder) {
                Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
                _ => real,
            };
        }
    }
    path.to_owned()
}

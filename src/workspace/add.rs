use std::fs;
use std::io;
use std::path::Path;

use super::worktree_race::retry_on_worktree_race;
use super::worktrees::real_path;
use super::{Added, Addition, Branch, WorkspaceError, WorktreeEntry, Worktrees, marker, progress};
use crate::git::{GitError, uninterrupted};

impl<'r> Worktrees<'r> {
    /// Runs `git worktree add`, so that hooks, sparse checkouts and submodules work as usual.
    pub(super) fn add_worktree(&self, addition: &Addition) -> Result<Added<'r>, WorkspaceError> {
        self.mend_half_made()?;
        let listed = self.list()?;
        let path = real_path(&addition.path);
        if self.repo.is_bare_for_all() && self.repo.config_bool("core.bare") == Some(true) {
            return Err(WorkspaceError::BareForAll(self.repo.common_dir().to_owned()));
        }
        check_path(&path, &listed)?;
        self.check_branch(&addition.branch, &listed)?;
        let mut added = Added::new(path.clone());
        self.make_branch(&addition.branch, &mut added)?;
        make_folders(&path, &mut added)?;
        // Excluded before it exists, so that a concurrent `git add` never sees it.
        added.excluded(self.exclude(&path));
        self.check_out(addition.branch.name(), &mut added)?;
        let git_dir = marker::git_dir_of(added.path()).unwrap_or_default();
        marker::write(&git_dir, addition.session)?;
        Ok(added)
    }

    /// Creates the branch before the worktree, by compare-and-swap. It is then certain who created
    /// it, and a rollback never deletes another branch of that name.
    pub(super) fn make_branch(
        &self,
        branch: &Branch,
        added: &mut Added<'r>,
    ) -> Result<(), WorkspaceError> {
        let (Branch::New { name: short, at } | Branch::Tracking { name: short, at, .. }) = branch
        else {
            return Ok(());
        };
        let name = format!("refs/heads/{short}");
        let nothing = "0".repeat(at.as_str().len());
        let message = format!("branch: Created from {at}");
        retry_on_worktree_race(|| {
            let git = self.repo.git("update-ref").shielded();
            let git = git.args(["--create-reflog", "-m", &message]);
            git.args([&name, at.as_str(), &nothing]).run()
        })?;
        let (repo, at) = (self.repo, at.clone());
        added.on_rollback(move || {
            retry_on_worktree_race(|| {
                repo.git("update-ref").shielded().args(["-d", &name, at.as_str()]).run()
            })?;
            Ok(())
        });
        if let Branch::Tracking { upstream, .. } = branch {
            let section = format!("branch.{short}");
            added.on_rollback(move || {
                // It has no section if git did not get that far.
                let git = repo.git("config").shielded().args(["--local", "--remove-section"]);
                let _ = git.arg(&section).run();
                Ok(())
            });
            let to = format!("--set-upstream-to=refs/remotes/{upstream}");
            self.repo.git("branch").shielded().args(["--quiet", &to, short]).run()?;
        }
        Ok(())
    }

    /// Checks out the branch in a new worktree. A failing post-checkout hook does not undo the
    /// checkout, but determines git's exit status (githooks(5)), so `git worktree list` is used to
    /// tell whether the worktree was created. Git cleans up when it fails, but not when it is
    /// killed: the worktree then remains, and may be locked.
    fn check_out(&self, branch: &str, added: &mut Added<'r>) -> Result<(), WorkspaceError> {
        let path = added.path().to_owned();
        let ended = retry_on_worktree_race(|| {
            let git = self.git_at_top("worktree").as_user().env("AO_DISABLE", "1");
            progress::add_worktree(git, [path.as_os_str(), branch.as_ref()], self.progress)
        });
        let made = |listed: &WorktreeEntry| {
            listed.path == path && listed.branch.as_deref() == Some(branch)
        };
        let worktree = match &ended {
            Ok(_) => None,
            Err(_) => match self.list()?.into_iter().find(made) {
                None => return ended.map(drop).map_err(Into::into),
                found => found,
            },
        };
        let worktrees = *self;
        added.on_rollback(move || worktrees.take_back(&path));
        match (ended, worktree) {
            (Err(GitError::Failed { status: Some(_), message, .. }), Some(worktree))
                if worktree.locked.is_none() =>
            {
                added.complain(message);
                Ok(())
            }
            (ended, _) => ended.map(drop).map_err(Into::into),
        }
    }
}

/// Checks that the path does not exist and that git has no worktree registered there.
pub(super) fn check_path(path: &Path, listed: &[WorktreeEntry]) -> Result<(), WorkspaceError> {
    match fs::symlink_metadata(path) {
        Ok(_) => return Err(WorkspaceError::PathTaken(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("use", path, error)),
    }
    match listed.iter().find(|listed| listed.path == path) {
        Some(WorktreeEntry { locked, .. }) => {
            Err(WorkspaceError::Registered { path: path.to_owned(), locked: locked.clone() })
        }
        None => Ok(()),
    }
}

/// Creates the folder and its missing parents. A rollback removes those that are empty.
///
/// Git accepts an existing empty folder, and does not notice another git that does so at the same
/// time. Therefore only the process that created the folder may use it.
fn make_folders(path: &Path, added: &mut Added<'_>) -> Result<(), WorkspaceError> {
    let mut attempts = 16;
    loop {
        match make_missing(path, added) {
            // A rollback in another process removed a parent that was still empty.
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempts > 0 => attempts -= 1,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(WorkspaceError::PathTaken(path.to_owned()));
            }
            made => return made.map_err(|error| failed("create", path, error)),
        }
    }
}

fn make_missing(path: &Path, added: &mut Added<'_>) -> io::Result<()> {
    let above = path.ancestors().skip(1).take_while(|folder| !folder.exists());
    let above: Vec<_> = above.collect();
    for folder in above.into_iter().rev().chain([path]) {
        match uninterrupted(|| fs::create_dir(folder)) {
            Ok(()) => {
                let folder = folder.to_owned();
                added.on_rollback(move || {
                    // The folder stays if it is no longer empty.
                    let _ = fs::remove_dir(folder);
                    Ok(())
                });
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder != path => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn failed(act: &'static str, path: &Path, source: io::Error) -> WorkspaceError {
    WorkspaceError::Io { act, path: path.to_owned(), source }
}

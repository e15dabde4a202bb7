use std::path::Path;

use super::command::GitCommand;
use crate::git::{GitError, Repository};
use crate::model::Oid;

impl Repository {
    /// Returns `git <verb>` for this repository, outside any worktree. After the worktree from which
    /// the repository was opened was removed, this is for the repository itself.
    pub fn git(&self, verb: &str) -> GitCommand {
        self.git_with(&[], verb)
    }

    /// Returns `git -c <key>=<value> <verb>` for this repository, outside any worktree.
    pub fn git_with(&self, config: &[(&str, &str)], verb: &str) -> GitCommand {
        let git = GitCommand::new(self.environment(), config, verb);
        let git = git.at(self.common_dir()).env("GIT_DIR", self.present_git_dir());
        let variables = self.object_dirs().variables.iter();
        variables.fold(git, |git, (name, value)| git.env(name, value))
    }

    /// Returns the commit that git understands by a revision; None if there is none here.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn find_commit(&self, revision: &str) -> Result<Option<Oid>, GitError> {
        let wanted = format!("{revision}^{{commit}}");
        let git = self.git("rev-parse").args(["--verify", "--quiet", "--end-of-options", &wanted]);
        match git.find() {
            // A tree or a file.
            Err(GitError::Failed { message, .. }) if message.contains("expected commit type") => {
                Ok(None)
            }
            found => Ok(found?.and_then(|output| output.text().trim().parse().ok())),
        }
    }

    /// Returns the git directory of the worktree, or the shared one if that was removed.
    pub(in crate::git) fn present_git_dir(&self) -> &Path {
        let (git_dir, common_dir) = (self.git_dir(), self.common_dir());
        if git_dir == common_dir || git_dir.is_dir() { git_dir } else { common_dir }
    }

    /// Returns `git <verb>` for a worktree or any other directory. Git finds the repository as for
    /// a user in that directory.
    pub fn git_in(&self, folder: &Path, verb: &str) -> GitCommand {
        self.git_in_with(folder, &[], verb)
    }

    /// Returns `git -c <key>=<value> <verb>` for any directory. Git finds the repository as for a
    /// user in that directory.
    pub fn git_in_with(&self, folder: &Path, config: &[(&str, &str)], verb: &str) -> GitCommand {
        GitCommand::new(self.environment(), config, verb).at(folder)
    }
}

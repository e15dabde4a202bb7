use std::path::Path;

use super::command::GitCommand;
use crate::git::Repository;

impl Repository {
    /// `git <verb>` on this repository, from no worktree.
    pub fn git(&self, verb: &str) -> GitCommand {
        self.git_with(&[], verb)
    }

    /// `git -c <key>=<value> <verb>` on this repository, from no worktree.
    pub fn git_with(&self, config: &[(&str, &str)], verb: &str) -> GitCommand {
        let git = GitCommand::new(self.environment(), config, verb);
        let git = git.at(self.common_dir()).env("GIT_DIR", self.git_dir());
        let variables = self.object_dirs().variables.iter();
        variables.fold(git, |git, (name, value)| git.env(name, value))
    }

    /// `git <verb>` in a worktree, or in any folder, found by git as for a user who stands there.
    pub fn git_in(&self, folder: &Path, verb: &str) -> GitCommand {
        self.git_in_with(folder, &[], verb)
    }

    /// `git -c <key>=<value> <verb>` in any folder, found by git as for a user who stands there.
    pub fn git_in_with(&self, folder: &Path, config: &[(&str, &str)], verb: &str) -> GitCommand {
        GitCommand::new(self.environment(), config, verb).at(folder)
    }
}

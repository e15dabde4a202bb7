//! Finds what to compare a branch with if its base branch no longer exists.

use super::{WorkspaceError, Worktrees};
use crate::git::GitError;
use crate::model::Oid;

impl Worktrees<'_> {
    /// Returns the full refs of the same branch under other names: its new name, and its
    /// remote-tracking branches, `origin` first.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn same_branches(&self, gone: &str) -> Result<Vec<String>, WorkspaceError> {
        // A renamed branch keeps its reflog, and git adds this entry.
        let renamed = format!("--grep-reflog=Branch: renamed refs/heads/{gone} to ");
        let git = self.repo.git("log").args(["--walk-reflogs", "--fixed-strings", &renamed]);
        let text = match git.args(["--format=%gD", "--branches", "--"]).run() {
            Ok(output) => output.text(),
            // If one branch is damaged, git reads none.
            Err(GitError::Failed { .. }) => String::new(),
            Err(error) => return Err(error.into()),
        };
        let name = |line: &str| {
            let (name, _) = line.split_once("@{")?;
            let name = name.strip_prefix("refs/").unwrap_or(name);
            Some(format!("refs/heads/{}", name.strip_prefix("heads/").unwrap_or(name)))
        };
        let mut names: Vec<_> = text.lines().filter_map(name).collect();
        let origin = format!("refs/remotes/origin/{gone}");
        let git = self.repo.git("for-each-ref").arg("--format=%(refname)");
        let text = git.args([&origin, &format!("refs/remotes/*/{gone}")]).run()?.text();
        let mut remote: Vec<_> = text.lines().map(str::to_owned).collect();
        remote.sort_by_key(|name| *name != origin);
        names.extend(remote);
        Ok(names)
    }

    /// Returns those of the full refs `branches` that contain the commit, in the same order.
    ///
    /// # Errors
    /// Fails if git fails, for example because the commit is missing.
    pub fn with_commit(
        &self,
        commit: &Oid,
        branches: &[String],
    ) -> Result<Vec<String>, WorkspaceError> {
        if branches.is_empty() {
            return Ok(Vec::new());
        }
        let mut names: Vec<_> = branches.iter().map(|name| format!("refs/heads/{name}")).collect();
        let git = self.repo.git("for-each-ref").arg("--format=%(refname)");
        let text = git.args(["--contains", commit.as_str()]).args(&names).run()?.text();
        names.retain(|name| text.lines().any(|line| line == name));
        Ok(names)
    }

    /// Returns the full refs of possible default branches, the most likely one first: the default
    /// branch of a remote, that of new repositories, and the branch of the main worktree. They need
    /// not exist.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn default_branches(&self) -> Result<Vec<String>, WorkspaceError> {
        let format = "--format=%(symref:lstrip=3)";
        let git = self.repo.git("for-each-ref").args([format, "refs/remotes/*/HEAD"]);
        let text = git.run()?.text();
        let mut names: Vec<_> =
            text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        names.extend(self.repo.config("init.defaultBranch"));
        names.extend(["main", "master"].map(str::to_owned));
        names.extend(self.list()?.into_iter().next().and_then(|main| main.branch));
        Ok(names)
    }
}

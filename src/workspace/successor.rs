//! Finds what to compare a branch with if its base branch no longer exists.

use super::{Divergence, WorkspaceError, Worktrees};
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

    /// Returns the full refs of those branches that contain the commit, in the same order.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn with_commit(
        &self,
        commit: &Oid,
        branches: &[String],
    ) -> Result<Vec<String>, WorkspaceError> {
        let names: Vec<_> = branches.iter().map(|name| format!("refs/heads/{name}")).collect();
        let tips = self.repo.read_ref_list(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let tips = names.into_iter().zip(tips.map_err(WorkspaceError::Ref)?);
        let there: Vec<_> = tips.filter_map(|(name, tip)| Some((name, tip?))).collect();
        let pairs: Vec<_> = there.iter().map(|(_, tip)| (commit.clone(), tip.clone())).collect();
        let divergences = self.divergences(&pairs)?.into_iter();
        let contains = |divergence: Option<Divergence>| divergence.is_some_and(|it| it.ahead == 0);
        let named = there.into_iter().zip(divergences).filter(|(_, it)| contains(*it));
        Ok(named.map(|((name, _), _)| name).collect())
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

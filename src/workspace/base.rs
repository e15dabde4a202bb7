use super::{WorkspaceError, Worktrees};
use crate::git::GitError;
use crate::model::Base;

impl Worktrees<'_> {
    /// Returns the starting point of a new branch: the revision `named`, or HEAD. A branch of this
    /// repository is recorded by name. So is the local branch of the same name for a branch of a
    /// remote: work that starts at `origin/main` is meant for `main`.
    ///
    /// # Errors
    /// Fails if the revision is not a commit, and with [`WorkspaceError::Unborn`] if HEAD has no
    /// commits yet.
    pub fn base(&self, named: Option<&str>) -> Result<Base, WorkspaceError> {
        let commit = format!("{}^{{commit}}", named.unwrap_or("HEAD"));
        let git = self.repo.git("rev-parse").args(["--verify", "--quiet", "--end-of-options"]);
        let found = match git.arg(&commit).run() {
            Ok(output) => output.text().parse().ok(),
            // Status 1 means that there is no such revision; any other one is a failure.
            Err(GitError::Failed { status: Some(1), .. }) => None,
            // With a broken HEAD, git does not recognize the repository.
            Err(GitError::Failed { message, .. }) if message.starts_with("not a git repo") => {
                return Err(self.broken_head());
            }
            Err(error) => return Err(error.into()),
        };
        let branch = self.branch_named(named)?;
        match (found, named) {
            (Some(commit), _) => Ok(Base { branch, commit: Some(commit), ..Base::default() }),
            (None, Some(named)) => Err(WorkspaceError::BaseMissing(named.to_owned())),
            (None, None) => Err(branch.map_or_else(|| self.broken_head(), WorkspaceError::Unborn)),
        }
    }

    fn broken_head(&self) -> WorkspaceError {
        WorkspaceError::BrokenHead(self.repo.git_dir().join("HEAD"))
    }

    /// Returns the branch that `named`, or HEAD, refers to, without `refs/heads/`; None if it is
    /// not a branch of this repository, and has no counterpart here.
    fn branch_named(&self, named: Option<&str>) -> Result<Option<String>, WorkspaceError> {
        let git = match named {
            None => self.repo.git("symbolic-ref").args(["--quiet", "HEAD"]),
            Some(named) => {
                let git = self.repo.git("rev-parse").args(["--verify", "--quiet"]);
                git.args(["--symbolic-full-name", "--end-of-options", named])
            }
        };
        let full = match git.run() {
            Ok(output) => output.text(),
            Err(GitError::Failed { status: Some(_), .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match full.strip_prefix("refs/heads/") {
            Some(branch) => Ok(Some(branch.to_owned())),
            None => self.counterpart(&full),
        }
    }

    /// Returns the local branch of the same name for a branch of a remote, such as
    /// `refs/remotes/origin/main`. Another branch that tracks it may be one for new work, to which
    /// git gives this upstream by itself.
    fn counterpart(&self, tracking: &str) -> Result<Option<String>, WorkspaceError> {
        let Some(upstream) = self.repo.upstream_at(tracking) else { return Ok(None) };
        let branch = upstream.name.strip_prefix("refs/heads/").map(str::to_owned);
        let is_here = self.repo.read_ref(&upstream.name)?.is_some();
        Ok(branch.filter(|_| is_here))
    }
}

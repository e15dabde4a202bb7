use crate::git::Repository;
use crate::workspace::Workspace;

/// Checks what every [`Workspace`] keeps.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path().canonicalize()?;
/// # let git = |args: &[&str]| {
/// #     let mut git = std::process::Command::new("git");
/// #     git.arg("-C").arg(&dir).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(args);
/// #     assert!(git.status().expect("git").success());
/// # };
/// # [&["init", "-q"][..], &["commit", "-q", "--allow-empty", "-m", "first"]].map(git);
/// use git_ao::git::{Environment, Repository};
/// use git_ao::testing::WorkspaceLaws;
/// use git_ao::workspace::Worktrees;
///
/// // A repository for this test alone, whose HEAD is a commit.
/// let repository = Repository::open(&dir, Environment::inherited())?;
/// WorkspaceLaws::new(&Worktrees::new(&repository), &repository).check();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct WorkspaceLaws<'a> {
    pub(super) workspace: &'a dyn Workspace,
    pub(super) repository: &'a Repository,
    pub(super) only: Option<&'a str>,
}

impl<'a> WorkspaceLaws<'a> {
    /// Checks the workspaces of a repository that is made for the test, and whose HEAD is a commit.
    /// It may be of any kind: bare, or with other hashes. Some commits and backups stay in it.
    pub fn new(workspace: &'a dyn Workspace, repository: &'a Repository) -> Self {
        Self { workspace, repository, only: None }
    }

    /// Checks only the law of this name.
    #[must_use]
    pub fn only(self, name: &'a str) -> Self {
        Self { only: Some(name), ..self }
    }
}

impl std::fmt::Debug for WorkspaceLaws<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkspaceLaws").finish_non_exhaustive()
    }
}

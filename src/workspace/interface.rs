use super::{
    Added, Addition, Condition, Detail, ExpectedWorktree, Recreation, Removal, Removed,
    WorkspaceError, WorkspaceState,
};

/// Creates, inspects and removes the directories in which agents work.
///
/// [`Worktrees`](super::Worktrees) implements it with git worktrees. A library user can provide
/// another implementation, usually one that wraps [`Worktrees`](super::Worktrees) and prepares what
/// it adds ([`EngineBuilder::workspace`](crate::ops::EngineBuilder::workspace)).
///
/// # What an implementation keeps
///
/// - A workspace is a worktree of the repository, at the path and on the branch of the request. Git
///   knows it: the session that owns it, and the branch that it is on, are read there.
/// - What is added is complete, or nothing is left. Dropping what is not [kept](Added::keep) takes
///   everything back.
/// - A look writes nothing and takes no lock. Each place gets one answer, in the same order.
/// - Nothing is removed that is not the session's own. Work that is saved nowhere else is never
///   lost: the removal is refused, or the work is in a backup first.
///
/// [`WorkspaceLaws`](crate::testing::WorkspaceLaws) checks this. If an implementation breaks it, a
/// verb fails, or takes the workspace for that of nobody; records and branches stay as they are.
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
/// use git_ao::git::Repository;
/// use git_ao::model::SessionId;
/// use git_ao::workspace::{Addition, Branch, OnUnsaved, Removal, Workspace, Worktrees};
///
/// let repo = Repository::discover(&dir)?;
/// let worktrees = Worktrees::new(&repo);
/// let (session, path) = (SessionId::random(), dir.join("trees/one"));
/// let at = worktrees.base(Some("HEAD"))?.commit.expect("HEAD is a commit");
/// let branch = Branch::New { name: "one".to_owned(), at };
/// worktrees.add(&Addition::new(&path, branch, session))?.keep();
///
/// // Work that is saved nowhere else is only removed after a backup.
/// std::fs::write(path.join("work"), "not committed")?;
/// let removal = Removal::of_worktree(&path, session).branch("one");
/// assert!(worktrees.remove(&removal).is_err());
/// let removed = worktrees.remove(&removal.on_unsaved(OnUnsaved::Backup))?;
/// assert_eq!(removed.backup, Some(format!("refs/ao/backup/{session}")));
/// # Ok(()) }
/// ```
pub trait Workspace {
    /// Creates a workspace, completely or not at all.
    ///
    /// # Errors
    /// Fails if the path or the branch cannot be used, see [`WorkspaceError`]. Nothing has changed
    /// then.
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError>;

    /// Returns the states of the workspaces at these places, in the same order. Writes nothing and
    /// takes no lock. A workspace that cannot be read is reported as such in its state.
    ///
    /// # Errors
    /// Fails if the workspaces cannot be listed.
    fn states(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError>;

    /// Returns the state of the workspace at one place.
    ///
    /// # Errors
    /// Fails if [`states`](Workspace::states) does.
    fn state(
        &self,
        place: &ExpectedWorktree<'_>,
        detail: Detail,
    ) -> Result<WorkspaceState, WorkspaceError> {
        let mut states = self.states(std::slice::from_ref(place), detail)?;
        Ok(states.pop().unwrap_or_else(|| WorkspaceState::new(Condition::Missing)))
    }

    /// Creates a workspace again whose directory is missing, from its branch or the last recorded
    /// commit of that.
    ///
    /// # Errors
    /// Fails if [`add`](Workspace::add) does, or if neither the branch nor the commit exists.
    fn recreate(&self, again: &Recreation<'_>) -> Result<Added<'_>, WorkspaceError>;

    /// Removes a workspace and, on request, its branch.
    ///
    /// # Errors
    /// Fails if the path is not a workspace, or if work would be lost; nothing is removed then.
    /// Fails with [`WorkspaceError::Incomplete`] if the removal stopped halfway.
    fn remove(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError>;
}

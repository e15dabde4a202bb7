use super::{
    Added, Addition, Condition, Detail, ExpectedWorktree, Recreation, Removal, Removed,
    WorkspaceError, WorkspaceState,
};

/// Creates, inspects and removes the directories in which agents work.
///
/// [`Worktrees`](super::Worktrees) implements it with git worktrees. A library user can provide
/// another implementation.
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
/// worktrees.add(&Addition { path: path.clone(), branch, session })?.keep();
///
/// // Work that is saved nowhere else is only removed after a backup.
/// std::fs::write(path.join("work"), "not committed")?;
/// let (path, branch) = (Some(path.as_path()), Some("one"));
/// let removal = Removal { path, branch, session, on_unsaved: OnUnsaved::Refuse, ignored: None };
/// assert!(worktrees.remove(&removal).is_err());
/// let removed = worktrees.remove(&Removal { on_unsaved: OnUnsaved::Backup, ..removal })?;
/// assert_eq!(removed.backup, Some(format!("refs/ao/backup/{session}")));
/// # Ok(()) }
/// ```
pub trait Workspace {
    /// Makes a place to work in: all of it, or nothing.
    ///
    /// # Errors
    /// Whatever stands in its way, see [`WorkspaceError`]. What was there before is as it was.
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError>;

    /// What the workspaces at these places are like, in the same order. Nothing is written, no
    /// lock is taken, and one that cannot be read does not hide the others.
    ///
    /// # Errors
    /// When it cannot be told which workspaces there are.
    fn states(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError>;

    /// What the workspace at one place is like.
    ///
    /// # Errors
    /// As [`states`](Workspace::states).
    fn state(
        &self,
        place: &ExpectedWorktree<'_>,
        detail: Detail,
    ) -> Result<WorkspaceState, WorkspaceError> {
        let mut states = self.states(std::slice::from_ref(place), detail)?;
        Ok(states.pop().unwrap_or_else(|| WorkspaceState::of(Condition::Missing)))
    }

    /// Makes a workspace again whose folder is gone, from its branch or the last commit seen on it.
    ///
    /// # Errors
    /// As [`add`](Workspace::add); and when neither branch nor commit is there.
    fn recreate(&self, again: &Recreation<'_>) -> Result<Added<'_>, WorkspaceError>;

    /// Removes a workspace, and a branch with it where that is asked for.
    ///
    /// # Errors
    /// When it is no workspace, or work would be lost. Nothing is removed then.
    /// [`WorkspaceError::Incomplete`] when it stopped in the middle.
    fn remove(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError>;
}

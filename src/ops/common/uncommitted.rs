//! Finds uncommitted changes that a new session does not get.

use std::path::PathBuf;

use crate::model::Session;
use crate::ops::common::OpsError;
use crate::store::Store;
use crate::workspace::{Changes, Detail, ExpectedWorktree, Workspace as _, Worktrees};

/// A worktree with uncommitted changes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Uncommitted {
    /// The worktree.
    pub path: PathBuf,
    /// The changes, counted.
    pub changes: Changes,
}

/// Returns the uncommitted changes that a new session does not get, because it starts at a commit:
/// those in the worktree of a fork's parent, or in the worktree of the base branch. Returns None if
/// there are none, or no such worktree.
///
/// # Errors
/// Fails if git fails.
pub fn uncommitted(
    store: &Store,
    session: &Session,
    parent: Option<&Session>,
) -> Result<Option<Uncommitted>, OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let own = match parent {
        Some(parent) => worktrees.sessions()?.remove(&parent.id),
        None => None,
    };
    let base = session.base.as_ref().and_then(|base| base.branch.as_deref());
    let path = match (own, base) {
        (Some(path), _) => Some(path),
        (None, None) => None,
        (None, Some(base)) => {
            let is_on_base = |branch: &Option<String>| branch.as_deref() == Some(base);
            let all = worktrees.list()?.into_iter();
            let mut on_base = all.filter(|it| !it.bare && is_on_base(&it.branch));
            on_base.find(|it| it.path.exists()).map(|it| it.path)
        }
    };
    match path {
        Some(path) => uncommitted_at(store, path),
        None => Ok(None),
    }
}

/// Returns the uncommitted changes in a worktree; None if there are none.
///
/// # Errors
/// Fails if git fails.
pub fn uncommitted_at(store: &Store, path: PathBuf) -> Result<Option<Uncommitted>, OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let state =
        worktrees.state(&ExpectedWorktree { path: &path, branch: None }, Detail::Changes)?;
    let changes = state.changes.filter(|changes| !changes.is_clean());
    Ok(changes.map(|changes| Uncommitted { path, changes }))
}

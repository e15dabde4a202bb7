//! The session that works in a worktree: a guest, or else the owner.

use std::path::Path;

use super::guest;
use super::marker::{git_dir_at, owner_at, read_key};
use crate::git::Repository;
use crate::model::{Project, SessionId};
use crate::store::Key;

/// Returns the session of the current worktree, or None outside of one or if the file contains no
/// id. A guest comes before the owner.
pub fn session_here(repo: &Repository) -> Option<SessionId> {
    key_here(repo).map(|key| key.id)
}

/// Returns the session of the worktree with this top directory, or None. The main worktree can also
/// belong to a session.
pub fn session_at(top: &Path) -> Option<SessionId> {
    guest::present(&git_dir_at(top)).map(|key| key.id).or_else(|| owner_at(top))
}

/// Returns the session of the current worktree, with its project if that is known.
pub fn key_here(repo: &Repository) -> Option<Key> {
    guest::present(repo.git_dir()).or_else(|| read_key(repo.git_dir()))
}

/// Returns true if the worktree in this directory names this session as its owner or its guest.
pub fn is_of(top: &Path, session: SessionId, project: &Project) -> bool {
    let git_dir = git_dir_at(top);
    let keys = [read_key(&git_dir), guest::read(&git_dir).map(|guest| guest.key)];
    let is_it =
        |key: &Key| key.id == session && key.project.as_ref().is_none_or(|it| it == project);
    keys.iter().flatten().any(is_it)
}

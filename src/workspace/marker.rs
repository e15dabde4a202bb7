//! `AO_SESSION` in a worktree's own git directory: whose worktree it is.

use std::fs;
use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::list::path_from;
use crate::git::Repository;
use crate::model::{Project, SessionId};
use crate::store::Key;

pub(super) const NAME: &str = "AO_SESSION";

/// Beside it, the session's project: two projects may hold the same id. Older programs do not write
/// it, and read nothing but the id in the other one.
pub(super) const PROJECT: &str = "AO_PROJECT";

/// The session whose worktree this is; None outside of one, and where the file holds no id.
pub fn session_here(repo: &Repository) -> Option<SessionId> {
    read(repo.git_dir())
}

/// The session whose worktree has its top in this folder; None outside of one. The main worktree can
/// be a session's, too.
pub fn session_at(top: &Path) -> Option<SessionId> {
    read(&git_dir_of(top).unwrap_or_else(|| top.join(".git")))
}

/// The session whose worktree this is, with its project where that is known.
pub fn key_here(repo: &Repository) -> Option<Key> {
    read_key(repo.git_dir())
}

/// True for a folder whose worktree says that it is this session's.
pub fn is_of(top: &Path, session: SessionId, project: &Project) -> bool {
    let key = read_key(&git_dir_of(top).unwrap_or_else(|| top.join(".git")));
    key.is_some_and(|key| key.id == session && key.project.is_none_or(|own| own == *project))
}

/// Says of a worktree that is a session's to which project that belongs.
///
/// # Errors
/// When the file cannot be written.
pub fn name_project(top: &Path, project: &Project) -> Result<(), WorkspaceError> {
    let path = git_dir_of(top).unwrap_or_else(|| top.join(".git")).join(PROJECT);
    fs::write(&path, format!("{project}\n")).map_err(|source| WorkspaceError::Io {
        act: "write",
        path,
        source,
    })
}

/// Makes the worktree that stands in this repository a session's.
///
/// # Errors
/// When the file cannot be written.
pub fn mark_here(repo: &Repository, session: SessionId) -> Result<(), WorkspaceError> {
    write(repo.git_dir(), session)
}

/// What the file says; nothing where it is missing or is not a session's id.
pub(super) fn read(git_dir: &Path) -> Option<SessionId> {
    let text = fs::read_to_string(git_dir.join(NAME)).ok()?;
    text.strip_suffix('\n').unwrap_or(&text).parse().ok()
}

/// Likewise, with the project where a file says it.
pub(super) fn read_key(git_dir: &Path) -> Option<Key> {
    let id = read(git_dir)?;
    let text = fs::read_to_string(git_dir.join(PROJECT)).unwrap_or_default();
    Some(Key { id, project: text.trim_end().parse().ok() })
}

/// Names the session of a worktree.
pub(super) fn write(git_dir: &Path, session: SessionId) -> Result<(), WorkspaceError> {
    let path = git_dir.join(NAME);
    fs::write(&path, format!("{session}\n")).map_err(|source| WorkspaceError::Io {
        act: "write",
        path,
        source,
    })
}

/// Where the `.git` file at the top of a worktree points, whether that is there or not; None where
/// there is no such file (gitrepository-layout(5)).
pub(super) fn git_dir_of(top: &Path) -> Option<PathBuf> {
    let bytes = fs::read(top.join(".git")).ok()?;
    let target = bytes.strip_prefix(b"gitdir: ")?;
    let end = target.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'))?;
    Some(top.join(path_from(&target[..=end])))
}

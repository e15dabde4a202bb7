//! The file `AO_SESSION` in a worktree's git directory, which names the session that owns the
//! worktree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::list::path_from;
use crate::git::Repository;
use crate::model::{Project, SessionId};
use crate::store::Key;

pub(super) const NAME: &str = "AO_SESSION";

/// The file beside it with the session's project, because two projects may use the same id. It is
/// a separate file because older versions do not write it, and accept only the id in `AO_SESSION`.
pub(super) const PROJECT: &str = "AO_PROJECT";

/// The file beside it that says that the worktree is still to be set up.
pub(super) const SETUP: &str = "AO_SETUP";

/// Returns the session that owns the worktree with this top directory, or None.
pub fn owner_at(top: &Path) -> Option<SessionId> {
    read(&git_dir_at(top))
}

/// Records the project of the session that owns a worktree.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn name_project(top: &Path, project: &Project) -> Result<(), WorkspaceError> {
    let path = git_dir_at(top).join(PROJECT);
    fs::write(&path, format!("{project}\n")).map_err(|source| WorkspaceError::Io {
        act: "write",
        path,
        source,
    })
}

/// Notes that the worktree with this top directory is to be set up.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn await_setup(top: &Path) -> Result<(), WorkspaceError> {
    let path = setup_file(top);
    fs::write(&path, "").map_err(|source| WorkspaceError::Io { act: "write", path, source })
}

/// Returns true if the worktree with this top directory is still to be set up.
pub fn awaits_setup(top: &Path) -> bool {
    setup_file(top).exists()
}

/// Notes that the worktree with this top directory is set up.
///
/// # Errors
/// Fails if the file cannot be removed.
pub fn end_setup(top: &Path) -> Result<(), WorkspaceError> {
    let path = setup_file(top);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| WorkspaceError::Io { act: "remove", path, source }),
    }
}

fn setup_file(top: &Path) -> PathBuf {
    git_dir_at(top).join(SETUP)
}

/// Makes the current worktree belong to a session.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn mark_here(repo: &Repository, session: SessionId) -> Result<(), WorkspaceError> {
    write(repo.git_dir(), session)
}

/// Returns the session that the file names, or None if it is missing or contains no id.
pub(super) fn read(git_dir: &Path) -> Option<SessionId> {
    let text = fs::read_to_string(git_dir.join(NAME)).ok()?;
    text.strip_suffix('\n').unwrap_or(&text).parse().ok()
}

/// Returns the session that the file names, with its project if that is recorded.
pub(super) fn read_key(git_dir: &Path) -> Option<Key> {
    let id = read(git_dir)?;
    let text = fs::read_to_string(git_dir.join(PROJECT)).unwrap_or_default();
    Some(Key { id, project: text.trim_end().parse().ok() })
}

/// Records the session of a worktree.
pub(super) fn write(git_dir: &Path, session: SessionId) -> Result<(), WorkspaceError> {
    let path = git_dir.join(NAME);
    fs::write(&path, format!("{session}\n")).map_err(|source| WorkspaceError::Io {
        act: "write",
        path,
        source,
    })
}

/// Returns the git directory of the worktree with this top directory. The main worktree's is in it.
pub(super) fn git_dir_at(top: &Path) -> PathBuf {
    git_dir_of(top).unwrap_or_else(|| top.join(".git"))
}

/// Returns the git directory to which the `.git` file of a worktree points, whether or not it
/// exists; None if there is no such file (gitrepository-layout(5)).
pub(super) fn git_dir_of(top: &Path) -> Option<PathBuf> {
    let bytes = fs::read(top.join(".git")).ok()?;
    let target = bytes.strip_prefix(b"gitdir: ")?;
    let end = target.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'))?;
    Some(top.join(path_from(&target[..=end])))
}

//! The file `AO_GUEST` in a worktree's git directory. It names a session that works in a worktree
//! that it does not own: the user made it, or another session has it. What reads the owner's mark to
//! remove a worktree never finds a guest.

use std::fs;
use std::io;
use std::path::Path;

use super::WorkspaceError;
use super::marker::git_dir_at;
use crate::git::Repository;
use crate::model::{Project, SessionId};
use crate::store::Key;

const NAME: &str = "AO_GUEST";

/// The word after the id and the project when the session has ended. The mark then only says that it
/// may come back.
const LEFT: &str = "left";

/// A session that works, or has worked, in a worktree that it does not own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guest {
    /// The session.
    pub key: Key,
    /// True if it has ended.
    pub has_left: bool,
}

/// Returns the session that works as a guest in the current worktree.
pub fn guest_here(repo: &Repository) -> Option<Key> {
    present(repo.git_dir())
}

/// Returns the last guest in the worktree with this top directory.
pub fn guest_at(top: &Path) -> Option<Guest> {
    read(&git_dir_at(top))
}

/// Makes a session the guest in a worktree, in place of the one before. The caller has found out that
/// nobody works there. Returns what undoes it.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn lodge(
    top: &Path,
    session: SessionId,
    project: &Project,
) -> Result<impl FnOnce() -> Result<(), WorkspaceError> + use<>, WorkspaceError> {
    let path = git_dir_at(top).join(NAME);
    let before = fs::read(&path).ok();
    write(top, &format!("{session} {project}\n"))?;
    Ok(move || match before {
        Some(bytes) => fs::write(&path, bytes).map_err(|source| WorkspaceError::Io {
            act: "write",
            path,
            source,
        }),
        None => remove(&path),
    })
}

/// Notes that a session has ended that is the guest in a worktree.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn leave(top: &Path, session: SessionId) -> Result<(), WorkspaceError> {
    match guest_at(top) {
        Some(Guest { key: Key { id, project: Some(project) }, has_left: false })
            if id == session =>
        {
            write(top, &format!("{id} {project} {LEFT}\n"))
        }
        _ => Ok(()),
    }
}

/// Removes the mark of a session in a worktree, if it is the last guest there.
///
/// # Errors
/// Fails if the file cannot be removed.
pub fn dismiss(top: &Path, session: SessionId) -> Result<(), WorkspaceError> {
    match guest_at(top) {
        Some(guest) if guest.key.id == session => remove(&git_dir_at(top).join(NAME)),
        _ => Ok(()),
    }
}

pub(super) fn present(git_dir: &Path) -> Option<Key> {
    read(git_dir).filter(|guest| !guest.has_left).map(|guest| guest.key)
}

pub(super) fn read(git_dir: &Path) -> Option<Guest> {
    let text = fs::read_to_string(git_dir.join(NAME)).ok()?;
    let mut words = text.split_whitespace();
    let key = Key { id: words.next()?.parse().ok()?, project: words.next()?.parse().ok() };
    Some(Guest { key, has_left: words.next() == Some(LEFT) })
}

fn write(top: &Path, text: &str) -> Result<(), WorkspaceError> {
    let path = git_dir_at(top).join(NAME);
    fs::write(&path, text).map_err(|source| WorkspaceError::Io { act: "write", path, source })
}

fn remove(path: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| WorkspaceError::Io {
            act: "remove",
            path: path.to_owned(),
            source,
        }),
    }
}

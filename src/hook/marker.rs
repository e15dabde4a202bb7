//! `AO_SESSION` in a worktree's own git directory: whose worktree it is.

use std::fs;
use std::path::Path;

use super::HookError;
use crate::model::SessionId;

const NAME: &str = "AO_SESSION";

/// The session whose worktree this is; None where there is no such file, or no id in it.
pub fn read(git_dir: &Path) -> Option<SessionId> {
    fs::read_to_string(git_dir.join(NAME)).ok()?.trim().parse().ok()
}

/// Makes a worktree a session's.
pub fn write(git_dir: &Path, id: SessionId) -> Result<(), HookError> {
    let path = git_dir.join(NAME);
    fs::write(&path, format!("{id}\n")).map_err(HookError::io("write", &path))
}

/// The session of the worktree whose top is this folder.
pub fn read_at(top: &Path) -> Option<SessionId> {
    let text = fs::read_to_string(top.join(".git")).ok()?;
    read(&top.join(text.strip_prefix("gitdir: ")?.trim_end()))
}

//! `AO_REMOVING` in a worktree's own git directory: it was decided that its files go, and they are
//! going. One that is left was left by a removal that was killed.

use std::fs;
use std::path::Path;

use crate::git::uninterrupted;

/// The name of the file.
pub(super) const NAME: &str = "AO_REMOVING";

/// Notes that the files go. On a full disk there is no note, and removing makes room.
pub(super) fn begin(git_dir: &Path) {
    let _ = fs::write(git_dir.join(NAME), "");
}

/// Notes that what is left stays.
pub(super) fn end(git_dir: &Path) {
    let _ = uninterrupted(|| fs::remove_file(git_dir.join(NAME)));
}

/// Whether the files were going when a removal was killed.
pub(super) fn was_begun(git_dir: &Path) -> bool {
    git_dir.join(NAME).exists()
}

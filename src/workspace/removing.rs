//! The file `AO_REMOVING` in a worktree's git directory, which exists while the worktree's files
//! are being removed. If it remains, the removal was killed.

use std::fs;
use std::path::Path;

use crate::git::uninterrupted;

/// The name of the file.
pub(super) const NAME: &str = "AO_REMOVING";

/// Notes the start of a removal. Failure is ignored: on a full disk, the removal must go on without
/// the note, because it frees space.
pub(super) fn begin(git_dir: &Path) {
    let _ = fs::write(git_dir.join(NAME), "");
}

/// Removes the note, because the remaining files stay.
pub(super) fn end(git_dir: &Path) {
    let _ = uninterrupted(|| fs::remove_file(git_dir.join(NAME)));
}

/// Returns true if a removal was interrupted or is in progress.
pub(super) fn was_begun(git_dir: &Path) -> bool {
    git_dir.join(NAME).exists()
}

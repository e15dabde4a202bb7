//! The conversations of Codex.
//!
//! A rollout is moved to the archive or compressed as a whole, under the same name. `/new` begins
//! another one, which nothing connects with the one before but the directory.

use std::path::{Path, PathBuf};

use crate::agent::transcript::BegunFile;

/// Returns the conversations that were begun after the first one. The names of their files begin
/// with the time.
pub(super) fn later(first: Option<&Path>, mut begun: Vec<BegunFile>) -> Vec<(String, PathBuf)> {
    let first = first.and_then(Path::file_name);
    begun.retain(|it| it.file.file_name() > first);
    begun.sort_by(|a, b| a.file.file_name().cmp(&b.file.file_name()));
    begun.into_iter().map(|it| (it.id, it.file)).collect()
}

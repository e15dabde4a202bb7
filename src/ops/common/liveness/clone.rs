//! Tells apart the clones to which processes belong. A copy of a repository has the same sessions,
//! but not their processes.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::git::Repository;
use crate::model::SessionId;
use crate::ops::common::SESSION_ENV;
use crate::runtime::{Carrier, carriers};
use crate::workspace::session_here;

/// Returns the identity of the git directory. It survives a rename; a copy has another.
pub fn identity(repo: &Repository) -> String {
    let meta = fs::metadata(repo.common_dir());
    meta.map_or_else(|_| String::new(), |meta| format!("{}:{}", meta.dev(), meta.ino()))
}

/// Returns the processes with the session's id in their environment, except those of other clones.
pub fn processes(repo: &Repository, session: SessionId) -> Vec<Carrier> {
    let [id, _, clone] = SESSION_ENV;
    let mut found = carriers(id, &session.to_string(), clone);
    if !found.is_empty() {
        let here = identity(repo);
        found.retain(|carrier| match &carrier.origin {
            Some(origin) if !origin.is_empty() => *origin == here,
            // An older git-ao did not set the clone.
            _ => !carrier.directory.as_ref().is_some_and(|it| is_elsewhere(it, repo, session)),
        });
    }
    found
}

/// Returns true if the directory is the session's worktree in another repository.
fn is_elsewhere(folder: &Path, repo: &Repository, session: SessionId) -> bool {
    let other = Repository::open(folder, repo.environment().clone());
    let Ok(other) = other else { return false };
    other.common_dir() != repo.common_dir() && session_here(&other) == Some(session)
}

//! Where a session lives on this machine, as its record says it.

use std::path::{Path, PathBuf};

use git_ao::model::Session;

/// The workspace on a replica. What a record says is not to be trusted: this is for showing and
/// comparing.
pub fn workspace(session: &Session, replica: &str, home: Option<&Path>) -> Option<PathBuf> {
    let path = session.placements.get(replica)?.workspace.as_deref()?;
    Some(match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    })
}

use std::path::Path;

use super::Finding;
use super::remedy::{Done, Remedy};
use crate::ops::common::OpsError;
use crate::store::Store;
use crate::workspace::{Exclusion, Exposed, Worktrees};

/// Reports worktrees inside the repository that `git add` would add.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    for exposed in exposed(store)? {
        let what = format!(
            "git does not ignore '{}', and 'git add' would add it",
            exposed.folder.display()
        );
        found.push(match exposed.is_overridden() {
            false => {
                let remedy = Remedy::Exclude(exposed.folder.clone());
                Finding::fixable(what, "git ao doctor --fix", remedy)
            }
            true => Finding::wrong(what, exposed.way_out()),
        });
    }
    Ok(())
}

/// Adds a directory to `info/exclude`.
pub fn fix(store: &Store, folder: &Path) -> Done {
    match Worktrees::new(store.repository()).exclude(folder) {
        Some(Exclusion::Written(exposed)) => {
            Ok(format!("'{}' was added to '{}'", exposed.pattern, exposed.file.display()))
        }
        Some(Exclusion::Failed(_, why)) => Err(why),
        None => Ok("already ignored".to_owned()),
    }
}

fn exposed(store: &Store) -> Result<Vec<Exposed>, OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let sessions = worktrees.sessions()?;
    Ok(worktrees.exposed(sessions.values().map(AsRef::as_ref))?)
}

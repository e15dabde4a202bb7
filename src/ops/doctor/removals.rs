//! Finds interrupted removals of worktrees.

use std::path::PathBuf;

use super::Finding;
use super::lost_event::lost_event;
use crate::model::{error_chain, shell_path};
use crate::ops::common::OpsError;
use crate::store::{Snapshot, Store};
use crate::workspace::{Removal, Worktrees, session_at};

/// Reports interrupted removals, and returns the paths of their worktrees.
pub fn look(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<Vec<PathBuf>, OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let mut named = Vec::new();
    for path in worktrees.half_removed()? {
        let Some(id) = session_at(&path) else { continue };
        let has_ended = match snapshot.contains(id)? {
            true => snapshot.session(id).is_ok_and(|session| session.status.is_terminal()),
            // Cleanup removes only worktrees of sessions that were really deleted.
            false => lost_event(store.repository(), id)?.is_none(),
        };
        let shown = path.display();
        let what = format!("the removal of '{shown}', of session {}, was interrupted", id.short());
        let removal = Removal::of_worktree(&path, id);
        let status = format!("git -C {} status", shell_path(&path));
        found.push(match worktrees.verdict(&removal)?.refusal {
            Some(refusal) => Finding::wrong(format!("{what}: {}", error_chain(&refusal)), status),
            None if has_ended => Finding::wrong(what, "git ao cleanup"),
            None => Finding::wrong(what, status),
        });
        named.push(path);
    }
    Ok(named)
}

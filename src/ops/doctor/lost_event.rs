//! Finds events that the store has lost.

use std::collections::BTreeSet;

use crate::git::Repository;
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::store::{PRIVATE_REF, SESSIONS_REF, record_pathspec};

/// Returns an event of the session that is in the reflog of a store ref but no longer in its
/// history, as after a fetch that overwrote the ref.
pub fn lost_event(repo: &Repository, id: SessionId) -> Result<Option<String>, OpsError> {
    let record = record_pathspec(id);
    for name in [SESSIONS_REF, PRIVATE_REF] {
        let git = repo.git("log").args(["-g", "--format=%H", name, "--", &record]);
        let Some(events) = git.run().ok().map(|output| output.text()) else { continue };
        let events: BTreeSet<_> = events.lines().collect();
        if events.is_empty() {
            continue;
        }
        // An event that is still in the history is not lost.
        let git = repo.git("rev-list").arg("-1").args(events).args(["--not", name]);
        let lost = git.args(["--", &record]).run()?.text();
        if !lost.is_empty() {
            return Ok(Some(lost));
        }
    }
    Ok(None)
}

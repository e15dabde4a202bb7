//! What a `spawn` or `fork` that was killed has made so far.

use std::collections::BTreeSet;

use super::Finding;
use super::branch::{and_branch, branch_at, on};
use crate::flow::FlowError;
use crate::store::{Shelf, Snapshot, Store};
use crate::workspace::{Unfinished, Worktrees};

/// Worktrees that nobody marked, and folders that are still empty.
pub fn look(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<(), FlowError> {
    let repo = store.repository();
    let listed = Worktrees::new(repo).list()?;
    for Unfinished { path, short } in worktrees(store, snapshot)? {
        let (shown, branch) = (path.display(), branch_at(&listed, &path));
        let what = format!("no session {short} for the worktree '{shown}'{}", on(branch));
        let status = repo.git_in(&path, "status").args(["--porcelain", "--untracked-files=normal"]);
        let is_clean = status.run().is_ok_and(|status| status.text().is_empty());
        found.push(match branch {
            Some(_) if is_clean => {
                let fix = and_branch(repo, format!("git worktree remove '{shown}'"), branch)?;
                Finding::wrong(what, fix).irreversible()
            }
            _ => Finding::wrong(what, format!("git -C '{shown}' status")),
        });
    }
    // A name that cannot be one is reported with the settings.
    let Ok(project) = snapshot.default_project() else { return Ok(()) };
    let empty = Worktrees::new(repo).empty_folders(&project)?;
    for Unfinished { path, short } in without_session(empty, snapshot) {
        let path = path.display();
        let what = format!("no session {short} for the empty folder '{path}'");
        found.push(Finding::note(what, format!("rmdir '{path}'")));
    }
    Ok(())
}

/// The worktrees.
pub fn worktrees(store: &Store, snapshot: &Snapshot<'_>) -> Result<Vec<Unfinished>, FlowError> {
    let found = Worktrees::new(store.repository()).unfinished()?;
    Ok(without_session(found, snapshot))
}

fn without_session(mut found: Vec<Unfinished>, snapshot: &Snapshot<'_>) -> Vec<Unfinished> {
    if found.is_empty() {
        return found;
    }
    let all = [Shelf::Active, Shelf::Archived].map(|shelf| snapshot.listing(shelf).sessions);
    let known = all.into_iter().flatten().map(|listed| listed.location.id.short());
    let known: BTreeSet<_> = known.collect();
    found.retain(|unfinished| !known.contains(&unfinished.short));
    found
}

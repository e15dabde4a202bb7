use std::collections::BTreeSet;

use super::Finding;
use crate::flow::FlowError;
use crate::flow::runners::runners;
use crate::store::{Shelf, Snapshot, Store};
use crate::workspace::{Worktrees, marked};

/// What looks as if it belonged to a session, which there is not.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    let repo = store.repository();
    let snapshot = store.snapshot()?;
    for (id, path) in Worktrees::new(repo).sessions()? {
        if !snapshot.contains(id)? {
            let path = path.display();
            let what = format!("no session {} for the worktree '{path}'", id.short());
            found.push(Finding::wrong(what, format!("git worktree remove '{path}'")));
        }
    }
    for runner in runners(repo)? {
        if !snapshot.contains(runner.session)? {
            let what = format!("no session {} for an agent that runs", runner.session.short());
            found.push(Finding::wrong(what, runner.way_to_end()));
        }
    }
    marks(store, &snapshot, found)?;
    branches(store, &snapshot, found)
}

/// `AO_SESSION` files that say nothing, or that two worktrees have.
fn marks(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<(), FlowError> {
    let mut seen = BTreeSet::new();
    for mark in marked(store.repository())? {
        let (file, tree) = (mark.file.display(), mark.worktree.display());
        let what = match mark.session {
            None => format!("'{file}' holds no session's id"),
            Some(id) if mark.is_main && !snapshot.contains(id)? => {
                format!("no session {} for '{tree}', which '{file}' names", id.short())
            }
            Some(id) if !seen.insert(id) => {
                format!("'{tree}' is not the only worktree of session {}", id.short())
            }
            Some(_) => continue,
        };
        found.push(Finding::wrong(what, format!("rm '{file}'")));
    }
    Ok(())
}

fn branches(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<(), FlowError> {
    let repo = store.repository();
    let prefix = repo.config("ao.branchPrefix").unwrap_or_else(|| "ao/".to_owned());
    let Some(folder) = prefix.strip_suffix('/').filter(|folder| !folder.is_empty()) else {
        return Ok(());
    };
    let all = [Shelf::Active, Shelf::Archived].map(|shelf| snapshot.listing(shelf).sessions);
    let sessions = all.into_iter().flatten().filter_map(|listed| listed.session.ok());
    let known: BTreeSet<String> = sessions.filter_map(|session| session.branch).collect();
    let refs = repo.git("for-each-ref").arg("--format=%(refname:lstrip=2)");
    let refs = refs.arg(format!("refs/heads/{folder}/")).run()?.text();
    for branch in refs.lines().filter(|branch| !known.contains(*branch)) {
        found.push(Finding::note(
            format!("no session for the branch '{branch}'"),
            format!("git branch -d {branch}"),
        ));
    }
    Ok(())
}

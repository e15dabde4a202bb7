use super::Finding;
use crate::flow::FlowError;
use crate::store::Store;
use crate::workspace::{Exposed, Worktrees};

/// Worktrees inside the repository that `git add` would take.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    for exposed in exposed(store)? {
        let what = format!(
            "git does not ignore '{}', and 'git add' would take it",
            exposed.folder.display()
        );
        found.push(match exposed.is_overridden() {
            false => Finding::fixable(what, "git ao doctor --fix"),
            true => Finding::wrong(what, exposed.way_out()),
        });
    }
    Ok(())
}

/// Makes git ignore them, as far as `info/exclude` can.
pub fn mend(store: &Store) -> Result<(), FlowError> {
    let worktrees = Worktrees::new(store.repository());
    for exposed in exposed(store)?.iter().filter(|exposed| !exposed.is_overridden()) {
        // What is still exposed then is found again.
        let _ = worktrees.exclude(&exposed.folder);
    }
    Ok(())
}

fn exposed(store: &Store) -> Result<Vec<Exposed>, FlowError> {
    let worktrees = Worktrees::new(store.repository());
    let sessions = worktrees.sessions()?;
    Ok(worktrees.exposed(sessions.values().map(AsRef::as_ref))?)
}

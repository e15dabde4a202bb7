use super::Finding;
use crate::model::{SessionId, error_chain};
use crate::store::Store;
use crate::workspace::Worktrees;

/// Reports directories that are not writable. Each is tried with a file that is removed again.
pub fn look(store: &Store, found: &mut Vec<Finding>) {
    let repo = store.repository();
    let project = store.snapshot().and_then(|snapshot| snapshot.default_project());
    let worktree = project.ok().and_then(|project| {
        // Any id will do: only the parent directory matters.
        Worktrees::new(repo).default_path(&project, SessionId::random()).ok()
    });
    for place in repo.unwritable(worktree.as_slice()) {
        found.push(Finding::wrong(error_chain(&place), place.hint()));
    }
}

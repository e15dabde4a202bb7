use super::Finding;
use crate::model::{SessionId, error_chain};
use crate::store::Store;
use crate::workspace::Worktrees;

/// Places that cannot be written to: each is tried, and nothing stays of it.
pub fn look(store: &Store, found: &mut Vec<Finding>) {
    let repo = store.repository();
    let project = store.snapshot().and_then(|snapshot| snapshot.default_project());
    let worktree = project.ok().and_then(|project| {
        // Any id will do: the folder above is the one in question.
        Worktrees::new(repo).default_path(&project, SessionId::random()).ok()
    });
    for place in repo.unwritable(worktree.as_slice()) {
        found.push(Finding::wrong(error_chain(&place), place.hint()));
    }
}

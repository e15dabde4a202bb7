use std::fs;

use crate::flow::belongings::{File, old_tips, strays};
use crate::flow::{FlowError, reconcile};
use crate::store::Store;
use crate::workspace::{Worktrees, relink, vanished};

/// Puts right what is [fixable](super::Weight::Fixable): records that are behind the facts, files
/// that belong to nobody, and worktrees of sessions that do not find the repository since it was
/// moved, or that git knows and that are gone.
///
/// # Errors
/// When something cannot be read or removed; the rest stays as it is.
pub fn mend(store: &Store) -> Result<(), FlowError> {
    let repo = store.repository();
    // First: what is out of sight is not gone.
    relink(&Worktrees::new(repo))?;
    reconcile(store)?;
    for path in strays(store)? {
        File::remove_unless_alive(repo, &path)?;
    }
    for path in old_tips(repo)? {
        // The next writer removes them too.
        let _ = fs::remove_file(path);
    }
    for path in vanished(&Worktrees::new(repo))? {
        // Only this one: 'git worktree prune' would forget those of the user, too.
        repo.git("worktree").shielded().args(["remove", "--"]).arg(&path).run()?;
    }
    Ok(())
}

use std::fs;

use super::exclude;
use super::leftovers::could_be;
use crate::flow::belongings::{File, old_tips, strays};
use crate::flow::{FlowError, reconcile};
use crate::store::{RepairMode, Store};
use crate::workspace::{Worktrees, bring_back, gone, moved, relink};

/// Puts right what is [fixable](super::Weight::Fixable): records that are behind the facts, files
/// that belong to nobody, and worktrees of sessions that do not find the repository since it was
/// moved, or that git knows and that are gone. Nothing where the store is damaged.
///
/// # Errors
/// When something cannot be read or removed; the rest stays as it is.
pub fn mend(store: &Store) -> Result<(), FlowError> {
    let damage = store.repair(RepairMode::Plan)?;
    if !damage.refs.is_empty() || !damage.unrepaired.is_empty() {
        // What seems to belong to no session may belong to one that cannot be read.
        return Ok(());
    }
    let repo = store.repository();
    let worktrees = Worktrees::new(repo);
    worktrees.mend_half_made()?;
    // Before anything else: what is out of sight is not gone.
    relink(&worktrees)?;
    for path in moved(&worktrees, &|session| could_be(store, session))? {
        bring_back(&worktrees, &path)?;
    }
    reconcile(store)?;
    for path in strays(store)? {
        File::remove_unless_alive(repo, &path)?;
    }
    for path in old_tips(repo)? {
        // The next writer removes them too.
        let _ = fs::remove_file(path);
    }
    for gone in gone(&worktrees)?.iter().filter(|gone| gone.refusal.is_none()) {
        // Only this one: 'git worktree prune' would forget those of the user, too.
        gone.forget(&worktrees)?;
    }
    exclude::mend(store)
}

use super::Finding;
use crate::flow::FlowError;
use crate::flow::belongings::{old_drafts, old_tips, strays};
use crate::store::Store;
use crate::workspace::{Worktrees, unlinked, vanished};

const FIX: &str = "git ao doctor --fix";

/// Files that belong to nobody any more, and worktrees whose folder or repository is gone.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    let repo = store.repository();
    for path in strays(store)? {
        let what = format!("'{}' belongs to no session", path.display());
        found.push(Finding::fixable(what, FIX));
    }
    for path in old_tips(repo)? {
        let what = format!("a writer that died left '{}'", path.display());
        found.push(Finding::fixable(what, FIX));
    }
    for path in old_drafts(repo)? {
        // Somebody wrote what is in it.
        let path = path.display();
        let what = format!("a text that was never saved is in '{path}'");
        found.push(Finding::note(what, format!("rm -r '{path}'")));
    }
    for path in unlinked(&Worktrees::new(repo))? {
        let path = path.display();
        let what = format!("the worktree '{path}' of a session leads to where the repository was");
        found.push(Finding::fixable(what, format!("git worktree repair '{path}'")));
    }
    for path in vanished(&Worktrees::new(repo))? {
        let path = path.display();
        let what = format!("the worktree '{path}' of a session is gone, and git still knows it");
        let fix = format!("git worktree remove '{path}', or repair <its new place>");
        found.push(Finding::fixable(what, fix));
    }
    Ok(())
}

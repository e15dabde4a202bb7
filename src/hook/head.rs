//! post-commit, post-rewrite, post-merge: records the new commit of a session's branch.

use super::HookError;
use crate::model::{Origin, is_branch_name};
use crate::store::{Store, StoreError};
use crate::workspace::{CommitsMadeIn, guest_here, key_here, note_own_work};

/// Records the branch of a session's worktree and its tip, if they have changed.
pub fn run(store: &Store) -> Result<(), HookError> {
    let repo = store.repository();
    let Some(key) = key_here(repo) else { return Ok(()) };
    if store.is_unwritten()? {
        return Ok(());
    }
    // Commits on a detached HEAD belong to a rebase, or are not yet part of the session.
    let Some(branch) = repo.head_branch()? else { return Ok(()) };
    if !is_branch_name(&branch) {
        return Err(HookError::Branch(branch));
    }
    let Some(head) = repo.read_ref(&format!("refs/heads/{branch}"))? else { return Ok(()) };
    let known = store.snapshot()?.session(key.clone())?;
    if known.branch.as_ref() != Some(&branch) && guest_here(repo).is_some() {
        return Ok(());
    }
    if known.branch.as_ref() == Some(&branch) && known.head.as_ref() == Some(&head) {
        return Ok(());
    }
    let top = repo.work_dir();
    let made = CommitsMadeIn::new(repo, top.as_deref());
    made.read();
    store.transaction("head", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.update(key.clone(), |session| {
            session.branch = Some(branch.clone());
            note_own_work(session, &made, head.clone());
            Ok::<_, StoreError>(())
        })?;
        tx.describe(format!("{} at {}", branch, head.short()));
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

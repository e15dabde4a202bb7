//! post-checkout: records a new branch in a session's worktree, and assigns a new worktree to the
//! session of its branch.

use std::ffi::OsString;
use std::path::Path;

use super::{Audience, BranchSessions, HookError, branch_sessions};
use crate::model::{Oid, Origin, Placement, Session, is_branch_name};
use crate::store::{Key, Store, StoreError};
use crate::workspace::{
    CommitsMadeIn, Places, Worktrees, guest_here, key_here, mark_here, name_project, note_own_work,
    operation, session_at, to_record,
};

pub fn run(
    store: &Store,
    args: &[OsString],
    audience: Audience,
) -> Result<Option<BranchSessions>, HookError> {
    let repo = store.repository();
    let [old, new, flag] = args else { return Ok(None) };
    if flag != "1" || operation(repo.git_dir()).is_some() {
        return Ok(None);
    }
    // The worktree of somebody else has branches that are not the session's.
    let here = key_here(repo).filter(|_| guest_here(repo).is_none());
    let is_new = old.as_encoded_bytes().iter().all(|byte| *byte == b'0');
    let is_linked = repo.git_dir() != repo.common_dir();
    let is_asked = audience == Audience::Person;
    if here.is_none() && !(is_new && is_linked) && !is_asked || store.is_unwritten()? {
        return Ok(None);
    }
    let Some(branch) = repo.head_branch()? else { return Ok(None) };
    if let Some(key) = here {
        let head = new.to_str().and_then(|id| id.parse().ok());
        return record(store, key, &branch, head).map(|()| None);
    }
    if is_new && is_linked && claim(store, &branch)? {
        return Ok(None);
    }
    match audience {
        // Errors are ignored, because they have nothing to do with this checkout.
        Audience::Person => Ok(branch_sessions::on(store, &branch).unwrap_or_default()),
        Audience::Nobody => Ok(None),
    }
}

/// Records the branch of a session's worktree if it has changed.
fn record(store: &Store, key: Key, branch: &str, head: Option<Oid>) -> Result<(), HookError> {
    if store.snapshot()?.session(key.clone())?.branch.as_deref() == Some(branch) {
        return Ok(());
    }
    if !is_branch_name(branch) {
        return Err(HookError::Branch(branch.to_owned()));
    }
    let top = store.repository().work_dir();
    let made = CommitsMadeIn::new(store.repository(), top.as_deref());
    made.read();
    store.transaction("checkout", |tx| {
        tx.set_origin(Origin::Automatic);
        let what = tx.update(key.clone(), |session| {
            let old = session.branch.replace(branch.to_owned());
            if old.as_deref() != Some(branch)
                && let Some(head) = head.clone()
            {
                note_own_work(session, &made, head);
            }
            Ok::<_, StoreError>(format!("{} -> {branch}", old.as_deref().unwrap_or("(none)")))
        })?;
        tx.describe(what);
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

/// Makes a new worktree the workspace of the session after which its branch is named, or else of
/// the only session on the branch. Returns false if there is no such session, or if it has another
/// worktree on this replica.
fn claim(store: &Store, branch: &str) -> Result<bool, HookError> {
    let repo = store.repository();
    let Some(top) = repo.work_dir() else { return Ok(false) };
    let Some(session) = owner(store, branch)? else { return Ok(false) };
    if session.found_branch(branch) {
        return Ok(false);
    }
    let id = session.id;
    let workspace = to_record(&top, repo.environment())?;
    let replica = store.replica()?;
    if lives_elsewhere(store, &session, &replica, &top) {
        return Ok(false);
    }
    store.transaction("checkout", |tx| {
        tx.set_origin(Origin::Automatic);
        let now = tx.now();
        tx.update(id, |session| {
            let old = session.placements.entry(replica.clone()).or_default();
            if old.workspace.as_ref() != Some(&workspace) {
                *old =
                    Placement { workspace: Some(workspace.clone()), at: Some(now), ..old.clone() };
            }
            Ok::<_, StoreError>(())
        })?;
        tx.describe(format!("new worktree on {replica}"));
        Ok::<_, StoreError>(())
    })?;
    name_project(&top, &session.project_id)?;
    mark_here(repo, id)?;
    Ok(true)
}

fn owner(store: &Store, branch: &str) -> Result<Option<Session>, HookError> {
    let snapshot = store.snapshot()?;
    let mut found = snapshot.named_by_branch(branch)?;
    if found.len() != 1 {
        found = snapshot.on_branch(branch)?;
    }
    if found.len() > 1 {
        found.retain(|session| !session.status.is_terminal());
    }
    let only = found.pop();
    Ok(only.filter(|_| found.is_empty()))
}

/// Returns true if the session has another worktree on this replica that exists and names it.
fn lives_elsewhere(store: &Store, session: &Session, replica: &str, top: &Path) -> bool {
    let places = Places::of(Worktrees::new(store.repository()));
    let known =
        session.placement_in(Some(replica)).and_then(|placement| placement.workspace.as_ref());
    let place = known.and_then(|known| places.find(known, session.id, &session.project_id).ok());
    place.is_some_and(|place| place != top && session_at(&place) == Some(session.id))
}

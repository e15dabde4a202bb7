use std::path::PathBuf;

use super::Finding;
use super::remedy::Remedy;
use crate::model::{SessionId, error_chain, shell_path};
use crate::ops::common::artifacts::{old_drafts, old_tips, strays};
use crate::ops::common::{OpsError, placement};
use crate::store::Store;
use crate::workspace::{Worktrees, from_record, gone, moved, session_at, unlinked};

const FIX: &str = "git ao doctor --fix";

/// Reports files without an owner, and worktrees whose directory or repository is gone.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let repo = store.repository();
    for path in strays(store)? {
        let what = format!("'{}' belongs to no session", path.display());
        found.push(Finding::fixable(what, FIX, Remedy::Unexpected(path)));
    }
    for path in old_tips(repo)? {
        let what = format!("'{}' was left by a crashed writer", path.display());
        found.push(Finding::fixable(what, FIX, Remedy::Tip(path)));
    }
    for path in old_drafts(repo)? {
        // Somebody wrote this text, so it is not removed automatically.
        let what = format!("'{}' contains a text that was never saved", path.display());
        let fix = format!("rm -r {}", shell_path(&path));
        found.push(Finding::note(what, fix).irreversible());
    }
    let aside = repo.ao_dir().join("set-aside");
    if aside.exists() {
        let what = format!("'{}' contains what 'git ao doctor --fix' moved there", aside.display());
        let fix = format!("rm -r {}", shell_path(&aside));
        found.push(Finding::note(what, fix).irreversible());
    }
    for path in unlinked(&Worktrees::new(repo))? {
        let shown = path.display();
        let what =
            format!("the worktree '{shown}' of a session points to the repository's old location");
        let fix = format!("git worktree repair {}", shell_path(&path));
        found.push(Finding::fixable(what, fix, Remedy::Relink(path)));
    }
    worktrees(store, found)
}

/// Reports half-made worktrees, which keep git from listing the worktrees. Returns true if there
/// are any.
pub fn half_made(store: &Store, found: &mut Vec<Finding>) -> Result<bool, OpsError> {
    let half_made = Worktrees::new(store.repository()).half_made()?;
    found.extend(half_made.iter().map(|path| {
        let what = format!("'{}' was left by a killed 'git worktree add'", path.display());
        Finding::fixable(what, FIX, Remedy::Complete(path.clone()))
    }));
    Ok(!half_made.is_empty())
}

/// Reports worktrees that are not at the path that git has registered.
fn worktrees(store: &Store, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let worktrees = Worktrees::new(store.repository());
    let moved = moved(&worktrees, &|session| could_be(store, session))?;
    for path in &moved {
        let shown = path.display();
        let what = format!("the worktree '{shown}' of a session is registered at another path");
        found.push(Finding::fixable(what, FIX, Remedy::BringBack(path.clone())));
    }
    for gone in gone(&worktrees)? {
        let is_moved = |path: &PathBuf| session_at(path) == Some(gone.session);
        if moved.iter().any(is_moved) {
            continue;
        }
        let shown = gone.path.display();
        found.push(match &gone.refusal {
            None => {
                let what = format!(
                    "the worktree '{shown}' of a session is missing, but still registered; if it \
                     was moved, run 'git worktree repair' in its new place instead"
                );
                Finding::fixable(what, FIX, Remedy::Forget(gone.path.clone()))
            }
            Some(refusal) => {
                let fix = refusal.hint().unwrap_or_else(|| {
                    "git ao cleanup --force, once the session has ended; it keeps a backup"
                        .to_owned()
                });
                Finding::wrong(error_chain(refusal), fix)
            }
        });
    }
    Ok(())
}

/// Returns the paths at which a session's worktree may be if it is not at its registered path.
pub(super) fn could_be(store: &Store, session: SessionId) -> Vec<PathBuf> {
    let Ok(session) = store.snapshot().and_then(|snapshot| snapshot.session(session)) else {
        return Vec::new();
    };
    let worktrees = Worktrees::new(store.repository());
    let recorded = placement(store, &session).and_then(|it| it.workspace.as_deref());
    let recorded =
        recorded.and_then(|text| from_record(text, store.repository().environment()).ok());
    let usual = worktrees.default_path(&session.project_id, session.id).ok();
    recorded.into_iter().chain(usual).collect()
}

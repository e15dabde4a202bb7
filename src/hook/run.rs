use std::ffi::OsString;
use std::time::Duration;

use super::{
    Audience, BranchSessions, HookError, HookName, HooksDir, HooksScope, checkout, head, push,
    rewrite, trailer,
};
use crate::git::Repository;
use crate::ledger::LedgerError;
use crate::store::{Store, StoreError};

/// How long a hook waits for other writers. It is short because somebody is waiting for git.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs a hook that git called with these arguments (githooks(5)).
///
/// At most one event is written, and only if something changed. The hook does not touch the index,
/// reads standard input only for post-rewrite, and waits for other writers for at most one second.
/// It does nothing if `ao.hooks` is false, or if the hooks are shared with other repositories and
/// `ao.hooks` is not true.
///
/// # Errors
/// Fails if a change could not be recorded. The caller should not let git's command fail because of
/// it.
pub fn run(
    store: Store,
    name: HookName,
    args: &[OsString],
    audience: Audience,
) -> Result<Option<BranchSessions>, HookError> {
    let store = store.with_private().with_patience(PATIENCE);
    if !is_on(store.repository()) {
        return Ok(None);
    }
    let done = match name {
        HookName::PostCheckout => checkout::run(&store, args, audience),
        HookName::PostCommit | HookName::PostMerge => head::run(&store).map(|()| None),
        HookName::PostRewrite => {
            rewrite::run(&store).and_then(|()| head::run(&store)).map(|()| None)
        }
        HookName::PrepareCommitMsg => trailer::run(&store, args).map(|()| None),
        HookName::PrePush => push::run(&store, args).map(|()| None),
    };
    match done {
        // A deleted or archived session needs no update. In quarantine, nothing may be written, and
        // git's work there is not that of an agent.
        Err(HookError::Store(
            StoreError::NotFound(_)
            | StoreError::Archived(_)
            | StoreError::Ledger(LedgerError::Quarantined),
        )) => Ok(None),
        done => done,
    }
}

fn is_on(repo: &Repository) -> bool {
    match repo.settings().hooks() {
        Some(answer) => answer,
        None => HooksDir::find(repo).map_or(true, |place| place.scope != HooksScope::Shared),
    }
}

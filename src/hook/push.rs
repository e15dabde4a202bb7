//! pre-push: pushes the sessions along with a branch.

use std::ffi::OsString;

use super::HookError;
use crate::share::Remote;
use crate::store::Store;

/// Starts a push of the store to the store's own remote, where `ao.autoPush` says so and the user
/// pushes to that remote. It goes on by itself: it neither fails nor delays the user's push.
///
/// A remote that has moved on refuses it; the next `git ao sync` brings both together.
pub fn run(store: &Store, args: &[OsString]) -> Result<(), HookError> {
    if !store.repository().settings().auto_push() || store.tip()?.is_none() {
        return Ok(());
    }
    // Where nothing says which remote is the store's, no push is meant for it.
    let Ok(remote) = Remote::choose(store, None) else { return Ok(()) };
    if args.first().is_some_and(|pushed| *pushed == *remote.name()) {
        remote.push_behind()?;
    }
    Ok(())
}

//! pre-push: pushes the sessions along with a branch.

use std::ffi::OsString;

use super::HookError;
use crate::share::Remote;
use crate::store::Store;

/// Starts a push of the store if `ao.autoPush` is set and the user pushes to the store's remote.
/// The push runs in the background, so it neither delays the user's push nor makes it fail.
///
/// The push is rejected if the remote has moved; the next `git ao sync` then merges both sides.
pub fn run(store: &Store, args: &[OsString]) -> Result<(), HookError> {
    if !store.repository().settings().auto_push() || store.tip()?.is_none() {
        return Ok(());
    }
    // If no remote is selected for the store, there is nowhere to push.
    let Ok(remote) = Remote::choose(store, None) else { return Ok(()) };
    if args.first().is_some_and(|pushed| *pushed == *remote.name()) {
        remote.push_behind()?;
    }
    Ok(())
}

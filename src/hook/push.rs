//! pre-push: pushes the sessions along with a branch.

use std::ffi::OsString;
use std::path::Path;

use super::HookError;
use crate::share::Remote;
use crate::store::Store;
use crate::transcript::TranscriptStore;

/// Starts a push of the store if `ao.autoPush` is set and the user pushes to the store's remote.
/// The push runs in the background, so it neither delays the user's push nor makes it fail.
///
/// The push is rejected if the remote has moved; the next `git ao sync` then merges both sides. If
/// this clone shares transcripts there, it is a `git ao push`, which captures them first.
pub fn run(store: &Store, args: &[OsString]) -> Result<(), HookError> {
    if !store.repository().settings().auto_push() || store.tip()?.is_none() {
        return Ok(());
    }
    // If no remote is selected for the store, there is nowhere to push.
    let Ok(remote) = Remote::choose(store, None) else { return Ok(()) };
    if args.first().is_none_or(|pushed| *pushed != *remote.name()) {
        return Ok(());
    }
    match shares_transcripts(store, &remote) {
        true => {
            let program = std::env::current_exe().unwrap_or_default();
            remote.push_all_behind(program.parent().unwrap_or(Path::new("")))?;
        }
        false => remote.push_behind()?,
    }
    Ok(())
}

/// Returns true if this clone sends transcripts with each push to the remote. A store that cannot be
/// opened is reported by the doctor.
fn shares_transcripts(store: &Store, remote: &Remote<'_>) -> bool {
    let opened = TranscriptStore::open(store.repository());
    let (Ok(Some(transcripts)), Some(replica)) = (opened, store.known_replica()) else {
        return false;
    };
    let is_for_all = store.repository().settings().share_transcripts();
    is_for_all || !remote.shared_transcripts(&transcripts, &replica).is_empty()
}

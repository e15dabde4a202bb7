use super::{ShareError, Watcher};
use crate::git::Upstream;
use crate::store::Store;

/// Fetches a branch of a remote to the ref that follows it here, as `git fetch` does.
///
/// # Errors
/// Fails if git cannot reach the remote, or if that has no such branch.
pub fn fetch_branch(
    store: &Store,
    branch: &Upstream,
    watcher: &mut Watcher<'_>,
) -> Result<(), ShareError> {
    // A branch of this repository is there already.
    if branch.remote == "." {
        return Ok(());
    }
    let git = watcher.prepare(store, &[], "fetch").arg("--no-write-fetch-head");
    let ended = watcher.run(git.args(["--", &branch.remote, &branch.name]))?;
    match ended.status {
        Some(0) => Ok(()),
        _ => Err(ShareError::transfer("fetch from", &branch.remote, &ended.stderr)),
    }
}

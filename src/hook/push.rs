//! pre-push: the sessions go where the branch goes.

use std::ffi::OsString;

use super::HookError;
use crate::store::Store;

/// Starts a push of the store to the store's own remote, where `ao.autoPush` says so and the user
/// pushes to that remote. It goes on by itself: it neither fails nor delays the user's push.
///
/// A remote that has moved on refuses it; the next `git ao sync` brings both together.
pub fn run(store: &Store, args: &[OsString]) -> Result<(), HookError> {
    let repo = store.repository();
    if repo.config_bool("ao.autoPush") != Some(true) || store.tip()?.is_none() {
        return Ok(());
    }
    let remote = repo.config("ao.remote").or_else(|| match repo.remotes().as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    });
    let Some(remote) = remote.filter(|remote| args.first().is_some_and(|arg| *arg == **remote))
    else {
        return Ok(());
    };
    let there = repo.config("ao.remoteRef").unwrap_or_else(|| store.ref_name().to_owned());
    let git = repo.git("push").args(["--no-verify", "--quiet", "--no-follow-tags", "--"]);
    let git = git.arg(remote).arg(format!("{}:{there}", store.ref_name()));
    // Nobody is there to answer a question.
    let git = git.env("GIT_TERMINAL_PROMPT", "0");
    let has_ssh =
        ["GIT_SSH", "GIT_SSH_COMMAND"].iter().any(|name| std::env::var_os(name).is_some())
            || repo.config("core.sshCommand").is_some();
    let git = if has_ssh { git } else { git.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes") };
    git.detach()?;
    Ok(())
}

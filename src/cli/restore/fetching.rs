//! Restores a session whose conversation may have to be fetched first.

use git_ao::model::SessionId;
use git_ao::ops::{Engine, LaunchError, LostConversation, OpsError, Restore, Restored};
use git_ao::share::{Remote, Watcher};
use git_ao::store::Location;

use super::words::{label, would};
use crate::cli::ui::escape;

/// Restores a session. If its conversation is not here, fetches what other clones share of it.
pub fn restore(engine: &Engine, location: &Location, wish: &Restore) -> Result<Restored, OpsError> {
    match engine.restore(location, wish) {
        Err(error) if is_lost(&error) && fetched(engine, location.id) => {
            engine.restore(location, wish)
        }
        done => done,
    }
}

/// Formats the line of a dry run, which asks no remote: the record says what could be fetched.
pub fn plan(engine: &Engine, location: &Location, wish: &Restore) -> Result<String, OpsError> {
    let error = match engine.restore_plan(location, wish) {
        Ok(plan) => return Ok(would(&plan)),
        Err(error) => error,
    };
    if !is_lost(&error) {
        return Err(error);
    }
    let sharers = engine.unfetched_transcripts(location.id)?;
    if sharers.is_empty() {
        return Err(error);
    }
    let session = engine.store().snapshot()?.session(location)?;
    let sharers = escape::line(&sharers.join(", ")).into_owned();
    let label = label(&session);
    Ok(format!("would fetch the conversation of {label}, which {sharers} shares, and resume it"))
}

fn is_lost(error: &OpsError) -> bool {
    let lost = LostConversation::NotFound;
    matches!(error, OpsError::Launch(LaunchError::Lost { lost: it, .. }) if *it == lost)
}

/// Fetches the transcripts of a session, if the remote has any. If that fails, the restore says what
/// it lacks.
fn fetched(engine: &Engine, id: SessionId) -> bool {
    let Ok(remote) = Remote::choose(engine.store(), None) else { return false };
    let fetched = engine.fetch_transcripts(&remote, id, &mut Watcher::Nobody);
    fetched.is_ok_and(|replicas| !replicas.is_empty())
}

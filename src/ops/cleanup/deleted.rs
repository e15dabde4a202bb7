//! Finds what deleted sessions leave behind: deleting one keeps its worktree and branch.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::earlier::NobodysBranches;
use crate::model::{Event, Oid, Session, SessionId};
use crate::ops::common::OpsError;
use crate::ops::doctor::lost_event;
use crate::store::{History, Key, Snapshot, Store, record_pathspec};
use crate::workspace::Worktrees;

/// A session that was deleted.
pub struct Deleted {
    /// The record as it was before.
    pub session: Session,
    /// The event that deleted it.
    pub event: Oid,
    /// The worktree that names the session.
    pub path: Option<PathBuf>,
}

/// Returns the deleted sessions that have a worktree here.
///
/// A missing record is not enough: it may be in a store that is not here now, or its event was
/// lost. The history must end with the deletion.
pub fn with_worktree(store: &Store, snapshot: &Snapshot<'_>) -> Result<Vec<Deleted>, OpsError> {
    let mut paths = BTreeMap::new();
    for (key, path) in Worktrees::new(store.repository()).owned()? {
        paths.insert(key.id, (key, path));
    }
    let mut found = Vec::new();
    for (key, path) in paths.into_values() {
        if let Some((session, event)) = deletion(store, snapshot, &key)? {
            found.push(Deleted { session, event, path: Some(path) });
        }
    }
    Ok(found)
}

/// Returns the deleted sessions that have only a branch here, which no other session has.
pub fn with_branch_alone(
    store: &Store,
    snapshot: &Snapshot<'_>,
    others: &[Deleted],
) -> Result<Vec<Deleted>, OpsError> {
    let mut branches = NobodysBranches::of(store, snapshot)?.into_names();
    branches.retain(|name| others.iter().all(|it| it.session.branch.as_ref() != Some(name)));
    let mut found = Vec::new();
    if branches.is_empty() {
        return Ok(found);
    }
    let deletions = History::default().ops(["delete"]);
    for event in snapshot.events(deletions).filter_map(Result::ok) {
        for id in &event.message.sessions {
            let Some(before) = record_before(store, &event, &(*id).into()) else { continue };
            let has = |name: &String| before.branch.as_ref() == Some(name);
            let Some(at) = branches.iter().position(has) else { continue };
            if let Some((session, event)) = deletion(store, snapshot, &(*id).into())? {
                branches.swap_remove(at);
                found.push(Deleted { session, event, path: None });
            }
        }
        if branches.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// Returns the event that deleted a session, and the record before it. Returns None if the deletion
/// is not the last event of the session.
fn deletion(
    store: &Store,
    snapshot: &Snapshot<'_>,
    key: &Key,
) -> Result<Option<(Session, Oid)>, OpsError> {
    if !is_away(snapshot, key.id) {
        return Ok(None);
    }
    let history = History { session: Some(key.id), ..History::default() };
    let mut events = snapshot.events(history).filter_map(Result::ok);
    let Some(event) = events.find(|event| event.message.op == "delete") else { return Ok(None) };
    let is_gone = || store.snapshot_at(&event.id).is_ok_and(|after| is_away(&after, key.id));
    if !is_gone()
        || has_later(store, snapshot, &event, key.id)?
        || lost_event(store.repository(), key.id)?.is_some()
    {
        return Ok(None);
    }
    Ok(record_before(store, &event, key).map(|session| (session, event.id)))
}

/// Returns true if an event outside the history of `event` changed the session. Times cannot tell
/// this: many events have the same time.
fn has_later(
    store: &Store,
    snapshot: &Snapshot<'_>,
    event: &Event,
    id: SessionId,
) -> Result<bool, OpsError> {
    let git = store.repository().git("rev-list").arg("-1").args(snapshot.tips().map(Oid::as_str));
    let record = record_pathspec(id);
    let later = git.args(["--not", event.id.as_str(), "--", &record]).run()?;
    Ok(!later.text().is_empty())
}

/// Returns true if the record is certain not to exist.
pub fn is_away(snapshot: &Snapshot<'_>, id: SessionId) -> bool {
    matches!(snapshot.contains(id), Ok(false))
}

fn record_before(store: &Store, event: &Event, key: &Key) -> Option<Session> {
    let before = store.snapshot_at(event.parents.first()?).ok()?;
    before.session(key.clone()).ok()
}

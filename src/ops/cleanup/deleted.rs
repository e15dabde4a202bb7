//! What sessions leave that were deleted: their worktrees and branches stay.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::{Event, Oid, Session, SessionId};
use crate::ops::common::OpsError;
use crate::ops::doctor::lost_event;
use crate::store::{History, Key, Shelf, Snapshot, Store, record_pathspec};
use crate::workspace::Worktrees;

/// A session that was deleted.
pub struct Deleted {
    /// The record as it was before.
    pub session: Session,
    /// The event that deleted it.
    pub event: Oid,
    /// The worktree that says that it is the session's.
    pub path: Option<PathBuf>,
}

/// The deleted sessions whose worktree is here.
///
/// That there is no record is not enough: it may be in a store that is not here now, or its event
/// was lost. The history has to say that it was deleted, and nothing else since.
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

/// The deleted sessions of which only a branch is here, that no other session has.
pub fn with_branch_alone(
    store: &Store,
    snapshot: &Snapshot<'_>,
    others: &[Deleted],
) -> Result<Vec<Deleted>, OpsError> {
    let Some(mut branches) = branches_of_nobody(store, snapshot)? else { return Ok(Vec::new()) };
    branches.retain(|name| others.iter().all(|it| it.session.branch.as_ref() != Some(name)));
    let mut found = Vec::new();
    if branches.is_empty() {
        return Ok(found);
    }
    for event in snapshot.events(History::default()).filter_map(Result::ok) {
        if event.message.op != "delete" {
            continue;
        }
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

/// The branches that are named as those of sessions; None where they may be those of sessions that
/// cannot be read.
fn branches_of_nobody(
    store: &Store,
    snapshot: &Snapshot<'_>,
) -> Result<Option<Vec<String>>, OpsError> {
    let prefix = store.repository().settings().branch_prefix();
    let git = store.repository().git("for-each-ref").args(["--format=%(refname:lstrip=2)"]);
    let refs = git.arg("refs/heads/").run()?.text();
    let named = refs.lines().filter(|name| !prefix.is_empty() && name.starts_with(&prefix));
    let mut branches: Vec<String> = named.map(str::to_owned).collect();
    for shelf in [Shelf::Active, Shelf::Archived] {
        let listing = snapshot.listing(shelf);
        if !listing.unreadable.is_empty() {
            return Ok(None);
        }
        for listed in listing.sessions {
            let Ok(session) = listed.session else { return Ok(None) };
            branches.retain(|name| session.branch.as_ref() != Some(name));
        }
    }
    Ok(snapshot.check_private().is_ok().then_some(branches))
}

/// The event that deleted a session, with the record as it was; None where that is not the last
/// thing that the history says of it.
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

/// Whether something happened to the session that the event does not have in its past. Times do not
/// tell: many events have the same.
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

/// True where it is certain that there is no record, whether that could be read or not.
pub fn is_away(snapshot: &Snapshot<'_>, id: SessionId) -> bool {
    matches!(snapshot.contains(id), Ok(false))
}

fn record_before(store: &Store, event: &Event, key: &Key) -> Option<Session> {
    let before = store.snapshot_at(event.parents.first()?).ok()?;
    before.session(key.clone()).ok()
}

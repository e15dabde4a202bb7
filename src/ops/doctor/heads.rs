//! Reports heads of sessions whose commits are gone.

use std::collections::BTreeSet;

use super::Finding;
use crate::model::{Oid, Session, SessionId};
use crate::ops::common::OpsError;
use crate::store::{History, Shelf, Snapshot, Store};

pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let repo = store.repository();
    let snapshot = store.snapshot()?;
    let kept: BTreeSet<_> =
        store.kept_heads()?.into_iter().map(|head| (head.session, head.commit)).collect();
    for shelf in [Shelf::Active, Shelf::Archived] {
        for session in snapshot.list(shelf)?.into_iter().filter_map(|it| it.session.ok()) {
            let Some(head) = session.head.clone() else { continue };
            if repo.has_commit(&head) {
                continue;
            }
            let is_its = kept.contains(&(session.id, head.clone()));
            if is_its || was_seen_here(store, &snapshot, &session, &head)? {
                found.push(missing(session.id, &head));
            }
        }
    }
    Ok(())
}

fn missing(id: SessionId, head: &Oid) -> Finding {
    let (id, head) = (id.short(), head.short());
    let what = format!("the last commit {head} of session {id} is gone: its reflog has expired");
    Finding::note(what, "git fetch, if a remote has its branch")
}

/// Returns true if this clone recorded the head. Commits of other clones need not be here.
fn was_seen_here(
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &Session,
    head: &Oid,
) -> Result<bool, OpsError> {
    let Some(replica) = store.known_replica() else { return Ok(false) };
    let history = History { replica: Some(replica), ..History::default().session(session.id) };
    let has_head = |event: &Oid| {
        let then = store.snapshot_at(event).ok()?.session(session.id).ok()?;
        Some(then.head.as_ref() == Some(head))
    };
    for event in snapshot.events(history) {
        let event = event?;
        let had = event.parents.first().and_then(has_head).unwrap_or_default();
        if !had && has_head(&event.id).unwrap_or_default() {
            return Ok(true);
        }
    }
    Ok(false)
}

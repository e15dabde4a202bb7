//! Where to find intact states: among unreferenced events and those of remotes.

use std::collections::HashSet;

use gix::ObjectId;

use super::super::{SESSIONS_REF, Store, StoreError, Visibility};
use super::inspector::Inspector;
use crate::git::{RefState, gix_id};
use crate::model::Message;

/// The prefix of the refs to which stores of remotes are fetched.
pub const TRACKING: &str = "refs/ao/remotes/";

/// Returns the remote-tracking refs of stores.
pub fn tracking_refs(store: &Store) -> Vec<String> {
    let names = store.repository().refs_below(TRACKING).into_iter();
    names.filter(|name| name.ends_with("/sessions")).collect()
}

/// Returns the intact stores under remote-tracking refs, newest first.
pub fn tracked(
    store: &Store,
    inspector: &mut Inspector<'_>,
) -> Result<Vec<(String, ObjectId)>, StoreError> {
    let mut found = Vec::new();
    for name in tracking_refs(store) {
        let Ok(RefState::At(tip)) = store.repository().ref_state(&name) else { continue };
        let tip = gix_id(&tip);
        // A store of a newer format cannot be used.
        if inspector.is_whole(tip).unwrap_or(false) {
            found.push((name, tip));
        }
    }
    found.sort_by_key(|(_, tip)| std::cmp::Reverse(time(inspector, *tip)));
    Ok(found)
}

/// Returns the unreferenced events, newest first; with `base`, only its descendants.
///
/// Public and private events look alike: their ancestors tell them apart. If that is not possible,
/// no events are returned, because a private session must not become public.
pub fn dangling(
    store: &Store,
    inspector: &mut Inspector<'_>,
    visibility: Visibility,
    base: Option<ObjectId>,
) -> Result<Vec<ObjectId>, StoreError> {
    let others = match base {
        Some(_) => HashSet::new(),
        None => match others(store, inspector, visibility)? {
            Some(others) => others,
            None => return Ok(Vec::new()),
        },
    };
    let git = store.repository().git("fsck");
    let git = git.args(["--connectivity-only", "--dangling", "--no-reflogs", "--no-progress"]);
    let said = git.printed()?;
    let mut found = Vec::new();
    for line in said.lines() {
        let Some(id) = line.strip_prefix("dangling commit ") else { continue };
        let Ok(id) = ObjectId::from_hex(id.trim().as_bytes()) else { continue };
        let Ok(commit) = inspector.commit(id) else { continue };
        if Message::from_text(&commit.message.to_string()).op.is_empty() {
            continue;
        }
        let past = ancestors(inspector, id);
        if base.is_none_or(|base| past.contains(&base)) && past.is_disjoint(&others) {
            found.push(id);
        }
    }
    found.sort_by_key(|id| std::cmp::Reverse(time(inspector, *id)));
    Ok(found)
}

/// Returns the events on the other ref, or None if they cannot be determined.
fn others(
    store: &Store,
    inspector: &mut Inspector<'_>,
    visibility: Visibility,
) -> Result<Option<HashSet<ObjectId>>, StoreError> {
    let Some(name) = store.ref_of(visibility.other()) else {
        return Ok(None);
    };
    let repo = store.repository();
    let has_trace = |name: &str| -> Result<bool, StoreError> {
        let is_there = repo.ref_state(name)? != RefState::Missing;
        Ok(is_there || repo.read_reflog(name)?.exists)
    };
    Ok(match repo.ref_state(name)? {
        RefState::At(tip) => Some(ancestors(inspector, gix_id(&tip))),
        RefState::Unreadable { .. } => None,
        RefState::Missing if repo.read_reflog(name)?.exists => None,
        RefState::Missing => {
            let own = store.ref_of(visibility).unwrap_or(SESSIONS_REF);
            has_trace(own)?.then(HashSet::new)
        }
    })
}

/// Returns an event and its ancestors, as far as they are readable.
pub fn ancestors(inspector: &mut Inspector<'_>, event: ObjectId) -> HashSet<ObjectId> {
    let (mut seen, mut queue) = (HashSet::new(), vec![event]);
    while let Some(next) = queue.pop() {
        if seen.insert(next)
            && let Ok(commit) = inspector.commit(next)
        {
            queue.extend(commit.parents);
        }
    }
    seen
}

fn time(inspector: &mut Inspector<'_>, event: ObjectId) -> i64 {
    inspector.commit(event).map_or(0, |commit| commit.committer.time.seconds)
}

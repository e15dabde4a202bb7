use gix::ObjectId;

use super::super::{Store, StoreError, Visibility};
use super::candidates::{ancestors, dangling, tracked};
use super::inspector::Inspector;
use super::report::RecoveredFrom;
use crate::git::{RefState, Reflog, gix_id};

/// The state to which a ref can be reset.
pub struct RecoveryPoint {
    /// The newest intact state.
    pub base: Option<ObjectId>,
    /// How it was found.
    pub origin: RecoveredFrom,
    /// The newer, broken states, newest first.
    pub broken: Vec<ObjectId>,
}

/// Finds the newest intact state of a damaged ref.
pub fn search(
    store: &Store,
    inspector: &mut Inspector<'_>,
    visibility: Visibility,
    state: &RefState,
    log: &Reflog,
) -> Result<RecoveryPoint, StoreError> {
    let mut found = own(inspector, state, log)?;
    if visibility == Visibility::Public {
        for (name, tip) in tracked(store, inspector)? {
            let is_newer = match found.base {
                None => true,
                Some(base) => tip != base && ancestors(inspector, tip).contains(&base),
            };
            if is_newer {
                (found.base, found.origin) = (Some(tip), RecoveredFrom::Tracking(name));
            }
        }
    }
    // If neither the ref nor its reflog was written out, the last event may be unreferenced.
    let is_cut = !matches!(state, RefState::At(_)) && log.damaged > 0;
    if found.base.is_none() || is_cut {
        for event in dangling(store, inspector, visibility, found.base)? {
            let (whole, mut broken) = walk_back(inspector, event)?;
            found.broken.append(&mut broken);
            if whole.is_some() {
                if whole != found.base {
                    (found.base, found.origin) = (whole, RecoveredFrom::Dangling);
                }
                break;
            }
        }
    }
    Ok(found)
}

/// Searches the states that the ref and its reflog name, and their ancestors.
fn own(
    inspector: &mut Inspector<'_>,
    state: &RefState,
    log: &Reflog,
) -> Result<RecoveryPoint, StoreError> {
    let mut named: Vec<ObjectId> = Vec::new();
    if let RefState::At(tip) = state {
        named.push(gix_id(tip));
    }
    named.extend(log.entries.iter().rev().map(|entry| entry.new));
    named.extend(log.entries.first().map(|entry| entry.old));
    named.retain(|id| !id.is_null());
    let (mut logged, mut broken) = (None, Vec::new());
    for id in named {
        if inspector.is_whole(id)? {
            logged = Some(id);
            break;
        }
        if !broken.contains(&id) {
            broken.push(id);
        }
    }
    for tip in broken.clone() {
        let (past, between) = walk_back(inspector, tip)?;
        let Some(past) = past else { continue };
        let is_newer = match logged {
            None => true,
            Some(logged) => past != logged && ancestors(inspector, past).contains(&logged),
        };
        if is_newer {
            return Ok(RecoveryPoint {
                base: Some(past),
                origin: RecoveredFrom::Past,
                broken: between,
            });
        }
        break;
    }
    let origin = if logged.is_some() { RecoveredFrom::Reflog } else { RecoveredFrom::Nowhere };
    Ok(RecoveryPoint { base: logged, origin, broken })
}

/// Follows first parents from an event to an intact state. Returns that state, and the broken ones
/// before it.
fn walk_back(
    inspector: &mut Inspector<'_>,
    event: ObjectId,
) -> Result<(Option<ObjectId>, Vec<ObjectId>), StoreError> {
    let (mut broken, mut next) = (Vec::new(), Some(event));
    while let Some(id) = next {
        if inspector.is_whole(id)? {
            return Ok((Some(id), broken));
        }
        broken.push(id);
        next = inspector.commit(id).ok().and_then(|commit| commit.parents.first().copied());
    }
    Ok((None, broken))
}

use gix::ObjectId;
use gix::objs::Kind;

use super::super::layout::VERSION_BLOB;
use super::super::{Store, StoreError, Visibility};
use super::keep;
use super::plan::RepairPlan;
use super::report::Rescued;
use super::search::RecoveryPoint;
use crate::git::{RawTree, RefState, gix_id};
use crate::ledger::Edit;
use crate::model::{Message, Timestamp};

/// A damaged ref.
pub struct Broken<'a> {
    pub name: &'a str,
    pub visibility: Visibility,
    pub state: &'a RefState,
}

/// The result of repairing a ref.
pub struct Applied {
    pub event: ObjectId,
    pub kept: Option<String>,
}

/// Resets a ref to the intact state, or to an event on top of it that holds what was rescued.
///
/// The ref moves last, so that an interrupted repair can be run again.
///
/// # Errors
/// Fails if something cannot be written. The ref is then unchanged.
pub fn apply(
    store: &Store,
    broken: &Broken<'_>,
    found: &RecoveryPoint,
    plan: &RepairPlan,
    now: Timestamp,
) -> Result<Applied, StoreError> {
    let event = match found.base {
        Some(base) if plan.edits.is_empty() => base,
        base => write_event(store, base, plan, now)?,
    };
    let kept = keep::keep(store, broken.visibility, broken.state, now)?;
    store.ledger().reset(broken.name, broken.state, event, now, "repair")?;
    Ok(Applied { event, kept })
}

fn write_event(
    store: &Store,
    base: Option<ObjectId>,
    plan: &RepairPlan,
    now: Timestamp,
) -> Result<ObjectId, StoreError> {
    let repo = store.repository();
    repo.write_bytes(Kind::Blob, VERSION_BLOB)?;
    let root = match base {
        Some(base) => repo.read_tree(repo.read_commit(base)?.tree)?,
        None => RawTree::empty(),
    };
    let filled = plan.edits.iter().filter(|(_, blob)| blob.is_some());
    let mut edits = store.make_room(&root, filled.map(|(location, _)| location))?;
    edits.extend(plan.edits.iter().cloned().map(Edit::from));
    let tree = store.write_tree(&root, edits)?;
    let sessions = plan.rescued.iter().map(|rescued| match rescued {
        Rescued::Record(location) | Rescued::Removal(location) => location.id,
    });
    let sessions: Vec<_> = sessions.collect();
    let subject = match sessions.as_slice() {
        [] => "repair: nothing could be read".to_owned(),
        [one] => format!("repair {}: read from a broken state", one.short()),
        many => format!("repair {} sessions: read from a broken state", many.len()),
    };
    let message = Message { subject, op: "repair".to_owned(), sessions, ..Message::default() };
    Ok(gix_id(&store.ledger().write_commit(tree, base, &message.to_text(), (now, None))?))
}

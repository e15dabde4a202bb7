//! The merge rules for one record: its place and its content.

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::super::layout::{Location, Visibility};
use super::super::{Displaced, Entry, Store, StoreError, Unexpected};
use super::compare::put_beside;
use super::contents::Contents;
use super::rows::{Sides, choose};
use super::trees::{Slot, Trees};
use crate::git::oid;
use crate::ledger::Edit;
use crate::model::{Project, SessionId, Shelf, Timestamp};

/// The outcome of a merge for one session.
#[derive(Debug, Default)]
pub(super) struct Decision {
    /// Our record before the merge.
    pub ours: Option<Entry>,
    /// Our record after the merge.
    pub result: Option<Entry>,
    /// The edits to our tree.
    pub edits: Vec<Edit>,
    /// Entries of their side in the record's place that are not records, and are preserved.
    pub unknown: Vec<Unexpected>,
    /// Entries in the record's place that are not records, and are moved aside.
    pub displaced: Vec<Displaced>,
    /// The fields that lost a value.
    pub conflicts: Vec<String>,
    /// True if both sides had changed the content of the record, in different ways.
    pub is_merged: bool,
}

/// The record's blob on each shelf.
type Pair = [Option<ObjectId>; 2];

/// A blob and its shelf.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place(Shelf, ObjectId);

/// Merges one session. An entry in the record's place that is not a record does not count as a
/// change of the record. It is moved aside if a record stays there, and is otherwise merged by its
/// id.
pub(super) fn decide(
    store: &Store,
    trees: &Trees<'_>,
    roots: Sides,
    told: [Timestamp; 2],
    (project, id): &(Project, SessionId),
) -> Result<Decision, StoreError> {
    let locate = |shelf| Location {
        shelf,
        project: project.clone(),
        id: *id,
        visibility: Visibility::Public,
    };
    let mut slots = [[Slot::Empty; 2]; 3];
    for (slots, root) in slots.iter_mut().zip(roots) {
        *slots = trees.record(root, project, *id)?;
    }
    let base = slots[0].map(Slot::record);
    let [ours, theirs] = [slots[1], slots[2]]
        .map(|[active, archived]| [said(active, base[0]), said(archived, base[1])]);
    let mut decision = Decision {
        ours: place(slots[1].map(Slot::record)).map(|place| place.entry(&locate)),
        ..Decision::default()
    };
    let result = if ours == base {
        theirs
    } else if theirs == base || ours == theirs {
        ours
    } else {
        let sides = [base, ours, theirs].map(place);
        let contents = Contents { store, project, id: *id, told };
        let merged = both_changed(&contents, sides, &mut decision)?;
        [Shelf::Active, Shelf::Archived]
            .map(|shelf| merged.filter(|place| place.0 == shelf).map(|place| place.1))
    };
    decision.result = place(result).map(|place| place.entry(&locate));
    for (at, shelf) in [Shelf::Active, Shelf::Archived].into_iter().enumerate() {
        let slots = [slots[0][at], slots[1][at], slots[2][at]];
        decision.put(locate(shelf), slots, result[at]);
        if result[at].is_some() {
            decision.displace(trees, roots, &locate(shelf), slots)?;
        }
    }
    Ok(decision)
}

/// Returns the record of a side. If another entry is in its place, the record is unchanged.
fn said(slot: Slot, base: Option<ObjectId>) -> Option<ObjectId> {
    match slot {
        Slot::Empty => None,
        Slot::Record(id) => Some(id),
        Slot::Other(_) | Slot::Blocked => base,
    }
}

impl Decision {
    /// Adds the edit for the record's place: the record, or the entry that stays instead.
    fn put(&mut self, location: Location, slots: [Slot; 3], record: Option<ObjectId>) {
        let [base, ours, _] = slots;
        let others = slots.map(Slot::other);
        let other = choose(others);
        let stays = record.map(|id| (EntryKind::Blob, id)).or(other);
        let is_news = others[2].is_some() && others[2] != others[0] && others[2] != others[1];
        if is_news && stays == others[2] {
            let (path, why) = (location.to_string(), "is not a regular file".to_owned());
            self.unknown.push(Unexpected { path, why });
        }
        // If our folder was blocked, the comparison has already restored that of the base.
        let now = if ours == Slot::Blocked { base.item() } else { ours.item() };
        if stays != now {
            self.edits.push(Edit { entry: stays, ..Edit::from((location, None)) });
        }
    }

    /// Moves aside the entries that a side put in the record's place.
    fn displace(
        &mut self,
        trees: &Trees<'_>,
        roots: Sides,
        location: &Location,
        slots: [Slot; 3],
    ) -> Result<(), StoreError> {
        let [base, ours, theirs] = slots.map(Slot::other);
        for item in [ours, theirs].into_iter().flatten().filter(|item| Some(*item) != base) {
            let path = location.components().map(Into::into);
            let (edit, displaced) = put_beside(trees, roots, &path, item)?;
            self.edits.push(edit);
            self.displaced.push(displaced);
        }
        Ok(())
    }
}

/// Returns the place where readers find the record: active before archived.
fn place([active, archived]: Pair) -> Option<Place> {
    let active = active.map(|id| Place(Shelf::Active, id));
    active.or(archived.map(|id| Place(Shelf::Archived, id)))
}

impl Place {
    fn entry(self, locate: &impl Fn(Shelf) -> Location) -> Entry {
        Entry { location: locate(self.0), blob: oid(self.1) }
    }
}

/// Merges a record that both sides changed. A record that one side removed comes back if the other
/// side changed it.
fn both_changed(
    contents: &Contents<'_>,
    [base, ours, theirs]: [Option<Place>; 3],
    decision: &mut Decision,
) -> Result<Option<Place>, StoreError> {
    let (ours, theirs) = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (left, right) => return Ok(left.or(right).filter(|left| Some(*left) != base)),
    };
    let shelf = match base {
        Some(base) if ours.0 == base.0 => theirs.0,
        Some(_) => ours.0,
        None => ours.0.max(theirs.0),
    };
    let base_blob = base.map(|base| base.1);
    let blob = if ours.1 == theirs.1 || Some(theirs.1) == base_blob {
        ours.1
    } else if Some(ours.1) == base_blob {
        theirs.1
    } else {
        decision.is_merged = true;
        let (blob, conflicts) = contents.merge(base_blob, ours.1, theirs.1)?;
        decision.conflicts = conflicts;
        blob
    };
    Ok(Some(Place(shelf, blob)))
}

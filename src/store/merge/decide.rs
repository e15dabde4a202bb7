//! The rules for one record: where it goes, and what it says.

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

/// What becomes of one session.
#[derive(Debug, Default)]
pub(super) struct Decision {
    /// Our record of it.
    pub ours: Option<Entry>,
    /// What our record is going to be.
    pub result: Option<Entry>,
    /// What is to be put into our tree, or taken out.
    pub edits: Vec<Edit>,
    /// What their side has in its place that is no record, and is taken along.
    pub unknown: Vec<Unexpected>,
    /// What a side has in its place that is no record, and is put beside one.
    pub displaced: Vec<Displaced>,
    /// The fields of which one value was lost.
    pub conflicts: Vec<String>,
    /// True where the sides had written different records and neither was the base.
    pub is_merged: bool,
}

/// The record's blobs on the two shelves.
type Pair = [Option<ObjectId>; 2];

/// A blob and its shelf.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place(Shelf, ObjectId);

/// Decides about one session. What is no record is put beside one, and counts as no change of it;
/// where no record stays, it is merged by its id.
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

/// The record that a side says is there.
fn said(slot: Slot, base: Option<ObjectId>) -> Option<ObjectId> {
    match slot {
        Slot::Empty => None,
        Slot::Record(id) => Some(id),
        Slot::Other(_) | Slot::Blocked => base,
    }
}

impl Decision {
    /// Puts what stays where a record belongs.
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
        // Where our folder was none, that of the base is there by now.
        let now = if ours == Slot::Blocked { base.item() } else { ours.item() };
        if stays != now {
            self.edits.push(Edit { entry: stays, ..Edit::from((location, None)) });
        }
    }

    /// Puts what a side has laid where the record stays beside it.
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

/// Where readers find the record: active before archived.
fn place([active, archived]: Pair) -> Option<Place> {
    let active = active.map(|id| Place(Shelf::Active, id));
    active.or(archived.map(|id| Place(Shelf::Archived, id)))
}

impl Place {
    fn entry(self, locate: &impl Fn(Shelf) -> Location) -> Entry {
        Entry { location: locate(self.0), blob: oid(self.1) }
    }
}

/// A record that both sides touched. One that a side took out comes back if the other side did
/// anything to it.
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

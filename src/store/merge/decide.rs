//! The rules for one record: where it goes, and what it says.

use gix::ObjectId;

use super::super::error::oid;
use super::super::layout::{Location, Shelf, Visibility};
use super::super::{Entry, LIMITS, Store, StoreError, Stray};
use super::compare::Sides;
use super::contents::Contents;
use super::trees::{Slot, Trees};
use crate::model::{Project, SessionId};

/// What becomes of one session.
#[derive(Debug)]
pub(super) struct Decision {
    /// Our record of it.
    pub ours: Option<Entry>,
    /// What our record is going to be.
    pub result: Option<Entry>,
    /// What is to be put into our tree, or taken out.
    pub edits: Vec<(Location, Option<ObjectId>)>,
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

/// Decides about one session; a stray where their side cannot be taken, and ours stays.
pub(super) fn decide(
    store: &Store,
    trees: &Trees<'_>,
    roots: Sides,
    (project, id): &(Project, SessionId),
) -> Result<Result<Decision, Stray>, StoreError> {
    let locate = |shelf| Location {
        shelf,
        project: project.clone(),
        id: *id,
        visibility: Visibility::Public,
    };
    let [base, ours, theirs] = roots;
    let (base, ours, theirs) = (
        trees.record(base, project, *id)?,
        trees.record(ours, project, *id)?,
        trees.record(theirs, project, *id)?,
    );
    let stray = |why: &str| {
        let shelf = if theirs[0] == Slot::Empty { Shelf::Archived } else { Shelf::Active };
        Ok(Err(Stray { path: locate(shelf).to_string(), why: why.to_owned() }))
    };
    if ours.iter().chain(&theirs).any(|slot| matches!(slot, Slot::Bad(_))) {
        return stray("is not a plain file");
    }
    for slot in theirs.iter().filter(|slot| !ours.contains(slot) && !base.contains(slot)) {
        if let Slot::Good(blob) = slot
            && store.repository().blob_size(*blob)? > LIMITS.bytes as u64
        {
            return stray("is larger than a record may be");
        }
    }
    let [base, ours, theirs] = [base, ours, theirs].map(|pair| pair.map(good));
    let mut decision = Decision {
        ours: place(ours).map(|place| place.entry(&locate)),
        result: None,
        edits: Vec::new(),
        conflicts: Vec::new(),
        is_merged: false,
    };
    let result = if ours == base {
        theirs
    } else if theirs == base || ours == theirs {
        ours
    } else {
        let sides = [base, ours, theirs].map(place);
        let merged = both_changed(store, sides, project, *id, &mut decision)?;
        [Shelf::Active, Shelf::Archived]
            .map(|shelf| merged.filter(|place| place.0 == shelf).map(|place| place.1))
    };
    decision.result = place(result).map(|place| place.entry(&locate));
    for (at, shelf) in [Shelf::Active, Shelf::Archived].into_iter().enumerate() {
        if result[at] != ours[at] {
            decision.edits.push((locate(shelf), result[at]));
        }
    }
    Ok(Ok(decision))
}

fn good(slot: Slot) -> Option<ObjectId> {
    match slot {
        Slot::Good(id) => Some(id),
        Slot::Empty | Slot::Bad(_) => None,
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
    store: &Store,
    [base, ours, theirs]: [Option<Place>; 3],
    project: &Project,
    id: SessionId,
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
        let contents = Contents { store, project, id };
        let (blob, conflicts) = contents.merge(base_blob, ours.1, theirs.1)?;
        decision.conflicts = conflicts;
        blob
    };
    Ok(Some(Place(shelf, blob)))
}

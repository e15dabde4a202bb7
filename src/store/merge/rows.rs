//! Three trees side by side.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::BString;

use super::trees::{Item, Trees};
use crate::git::ObjectError;

/// Base, ours, theirs.
pub(super) type Sides = [Option<ObjectId>; 3];

/// The entries with one name on the three sides.
pub(super) type Row = [Option<Item>; 3];

/// Returns the entries of three trees side by side, where ours and theirs differ.
pub(super) fn rows(trees: &Trees<'_>, ids: Sides) -> Result<Vec<(BString, Row)>, ObjectError> {
    if ids[1] == ids[2] {
        return Ok(Vec::new());
    }
    let mut rows: BTreeMap<BString, Row> = BTreeMap::new();
    for (side, id) in ids.into_iter().enumerate() {
        for (name, item) in trees.read(id)?.iter() {
            rows.entry(name.clone()).or_default()[side] = Some(item);
        }
    }
    Ok(rows.into_iter().filter(|(_, [_, ours, theirs])| ours != theirs).collect())
}

/// Chooses the entry that stays if the sides cannot be merged.
pub(super) fn choose([base, ours, theirs]: Row) -> Option<Item> {
    if theirs == base || ours == theirs {
        ours
    } else if ours == base {
        theirs
    } else {
        let mut left: Vec<Item> = [ours, theirs].into_iter().flatten().collect();
        left.sort_by_key(|(kind, id)| (*id, *kind));
        left.first().copied()
    }
}

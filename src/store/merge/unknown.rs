//! Merges entries that the layout does not know, by their ids and without interpreting them.
use crate::ledger::Edit;

use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::rows::{Row, choose, rows};
use super::trees::{Item, Trees};
use crate::git::ObjectError;

/// Folders below this depth are not merged, but taken whole.
const DEPTH: usize = 64;

/// Returns the edits to our tree for an unknown entry. A change by one side only is kept. If both
/// sides changed the entry, folders are merged, a change wins over a deletion, and otherwise the
/// smaller id wins.
pub(super) fn merge_unknown(
    trees: &Trees<'_>,
    path: Vec<BString>,
    row: Row,
) -> Result<Vec<Edit>, ObjectError> {
    let [base, ours, theirs] = row;
    let folder = |item: Option<Item>| item.filter(|(kind, _)| *kind == EntryKind::Tree);
    let (true, true) = (ours != base && theirs != base, path.len() < DEPTH) else {
        return Ok(taken(path, row));
    };
    let (Some(_), Some(_)) = (folder(ours), folder(theirs)) else { return Ok(taken(path, row)) };
    let mut edits = Vec::new();
    for (name, row) in rows(trees, row.map(|item| folder(item).map(|(_, id)| id)))? {
        let path = path.iter().cloned().chain([name]).collect();
        edits.extend(merge_unknown(trees, path, row)?);
    }
    Ok(edits)
}

fn taken(path: Vec<BString>, row: Row) -> Vec<Edit> {
    let entry = choose(row);
    if entry == row[1] { Vec::new() } else { vec![Edit { path, entry }] }
}

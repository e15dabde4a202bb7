//! What the layout does not know: merged by its ids, and never looked into for what it means.
use crate::ledger::Edit;

use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::rows::{Row, choose, rows};
use super::trees::{Item, Trees};
use crate::git::ObjectError;

/// Folders that are deeper than this are taken whole.
const DEPTH: usize = 64;

/// What is to be put into our tree at a path of which this program knows nothing: what their side
/// changed alone; and where both changed it, folders are merged, a change stays before a deletion,
/// and otherwise the smaller id.
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

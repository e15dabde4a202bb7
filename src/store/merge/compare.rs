//! What three trees do not have in common, by their ids: it costs what changed.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::super::Stray;
use super::super::layout::{Shelf, id_of_file};
use super::trees::Trees;
use crate::git::ObjectError;
use crate::model::{Project, SessionId};

/// What may have to be merged.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// The records that are not the same on both sides.
    pub records: BTreeSet<(Project, SessionId)>,
    /// What does not belong into a store and is not the same on both sides.
    pub strays: Vec<Stray>,
}

/// Base, ours, theirs.
pub(super) type Sides = [Option<ObjectId>; 3];

type Row = [Option<(EntryKind, ObjectId)>; 3];

/// Compares the roots of three stores. Where the second side changed nothing, or both sides are the
/// same, nothing is read.
pub(super) fn compare(trees: &Trees<'_>, roots: Sides) -> Result<Difference, ObjectError> {
    let mut found = Difference::default();
    for (name, row) in rows(trees, roots)? {
        let shelf = [Shelf::Active, Shelf::Archived].into_iter().find(|s| s.folder() == name);
        let Some(shelf) = shelf else {
            // Who reads a store has looked at this already, and an empty store has none.
            if name == "version" && roots[1].is_none() {
                continue;
            }
            found.stray(&row, name, "does not belong at the top of a store");
            continue;
        };
        let Some(projects) = found.folders(&row, shelf.folder()) else { continue };
        for (name, row) in rows(trees, projects)? {
            let path = format!("{}/{name}", shelf.folder());
            let Ok(project) = name.parse::<Project>() else {
                found.stray(&row, path, "is not the name of a project");
                continue;
            };
            let Some(shards) = found.folders(&row, &path) else { continue };
            for (shard, row) in rows(trees, shards)? {
                let path = format!("{path}/{shard}");
                let Some(files) = found.folders(&row, &path) else { continue };
                for (name, row) in rows(trees, files)? {
                    found.file(&project, &shard, &format!("{path}/{name}"), &name, &row);
                }
            }
        }
    }
    Ok(found)
}

impl Difference {
    fn file(&mut self, project: &Project, shard: &str, path: &str, name: &str, row: &Row) {
        let is_plain = |(kind, _): &(EntryKind, ObjectId)| *kind == EntryKind::Blob;
        match id_of_file(name, shard) {
            Some(id) if row[1..].iter().flatten().all(is_plain) => {
                self.records.insert((project.clone(), id));
            }
            Some(_) => self.stray(row, path.to_owned(), "is not a plain file"),
            None => {
                self.stray(row, path.to_owned(), "is not the record of an id that belongs here");
            }
        }
    }

    /// The folders at one name; None where one of the two sides has something else there.
    fn folders(&mut self, row: &Row, path: &str) -> Option<Sides> {
        let is_folder = |(kind, _): &(EntryKind, ObjectId)| *kind == EntryKind::Tree;
        if !row[1..].iter().flatten().all(is_folder) {
            self.stray(row, path.to_owned(), "is not a folder");
            return None;
        }
        Some(row.map(|entry| entry.filter(is_folder).map(|(_, id)| id)))
    }

    fn stray(&mut self, row: &Row, path: String, why: &str) {
        if row[2].is_some() || row[1].is_some() {
            self.strays.push(Stray { path, why: why.to_owned() });
        }
    }
}

/// What lies in three trees, side by side, where the second side has something to say.
fn rows(trees: &Trees<'_>, ids: Sides) -> Result<Vec<(String, Row)>, ObjectError> {
    let [base, ours, theirs] = ids;
    if ours == theirs || theirs == base {
        return Ok(Vec::new());
    }
    let mut rows: BTreeMap<BString, Row> = BTreeMap::new();
    for (side, id) in ids.into_iter().enumerate() {
        for entry in trees.read(id)?.entries() {
            let row = rows.entry(entry.filename.to_owned()).or_default();
            row[side] = Some((entry.mode.kind(), entry.oid.to_owned()));
        }
    }
    let differ = |[base, ours, theirs]: &Row| ours != theirs && theirs != base;
    let rows = rows.into_iter().filter(|(_, row)| differ(row));
    Ok(rows.map(|(name, row)| (name.to_string(), row)).collect())
}

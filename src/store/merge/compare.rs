//! Compares three trees by object id. The cost depends on the number of changes.

use std::collections::BTreeSet;

use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::super::layout::id_of_file;
use super::super::write::beside;
use super::super::{Displaced, Unexpected};
use super::rows::{Row, Sides, rows};
use super::trees::{Item, Trees};
use super::unknown::merge_unknown;
use crate::git::ObjectError;
use crate::ledger::Edit;
use crate::model::{Project, SessionId, Shelf};

/// The records that may have to be merged, and the changes that need no look at records.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// The records that are not the same on both sides.
    pub records: BTreeSet<(Project, SessionId)>,
    /// The edits to our tree for unknown and displaced entries, which are merged by id.
    pub edits: Vec<Edit>,
    /// The unknown entries that their side brings.
    pub unknown: Vec<Unexpected>,
    /// Entries of one side in the place of the other side's folders. They are moved aside.
    pub displaced: Vec<Displaced>,
}

/// Compares the roots of three stores. Folders that are the same on both sides are not read.
pub(super) fn compare(trees: &Trees<'_>, roots: Sides) -> Result<Difference, ObjectError> {
    let mut walk = Walk { trees, roots, found: Difference::default() };
    for (name, row) in rows(trees, roots)? {
        let path = vec![name.clone()];
        let shelf = [Shelf::Active, Shelf::Archived].into_iter().find(|s| s.folder() == name);
        match shelf {
            Some(_) => walk.shelf(path, row)?,
            // Taking a snapshot checks the version, so it is not reported as unknown here.
            None if name == "version" => walk.version(path, row)?,
            None => walk.unknown(path, row, "does not belong at the top of a store")?,
        }
    }
    Ok(walk.found)
}

struct Walk<'t, 'r> {
    trees: &'t Trees<'r>,
    roots: Sides,
    found: Difference,
}

impl Walk<'_, '_> {
    fn shelf(&mut self, path: Vec<BString>, row: Row) -> Result<(), ObjectError> {
        let Some(projects) = self.folders(&path, row)? else { return Ok(()) };
        for (name, row) in rows(self.trees, projects)? {
            let path = below(&path, &name);
            let Ok(project) = name.to_string().parse::<Project>() else {
                self.unknown(path, row, "is not a valid project name")?;
                continue;
            };
            let Some(shards) = self.folders(&path, row)? else { continue };
            for (shard, row) in rows(self.trees, shards)? {
                let path = below(&path, &shard);
                let Some(files) = self.folders(&path, row)? else { continue };
                for (name, row) in rows(self.trees, files)? {
                    match id_of_file(&name.to_string(), &shard.to_string()) {
                        Some(id) => self.record(&project, id, &row),
                        None => {
                            let why = "is not the record of an id that belongs here";
                            self.unknown(below(&path, &name), row, why)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, project: &Project, id: SessionId, row: &Row) {
        let is_plain = |(kind, _): &Item| *kind == EntryKind::Blob;
        let is_news = row[2] != row[0] || !row[1..].iter().flatten().all(is_plain);
        if is_news {
            self.found.records.insert((project.clone(), id));
        }
    }

    /// Returns the folders at a path where a folder belongs, or None if there are none. An entry of
    /// one side that is not a folder gives way to the other side's folder: it is moved aside, and
    /// does not count as a deletion of the records below.
    fn folders(&mut self, path: &[BString], row: Row) -> Result<Option<Sides>, ObjectError> {
        let folder = |item: Option<Item>| item.filter(is_folder).map(|(_, id)| id);
        let why = "is not a directory";
        let sides = row.map(folder);
        match [row[1], row[2]].map(|item| item.map(|item| is_folder(&item))) {
            [Some(true), Some(false)] => {
                self.displace(path, row[0], row[2])?;
                Ok(Some([sides[0], sides[1], sides[0]]))
            }
            [Some(false), Some(true)] => {
                let entry = row[0].filter(is_folder);
                self.found.edits.push(Edit { path: path.to_vec(), entry });
                self.displace(path, row[0], row[1])?;
                Ok(Some([sides[0], sides[0], sides[2]]))
            }
            [ours, theirs] if ours == Some(false) || theirs == Some(false) => {
                self.unknown(path.to_vec(), row, why)?;
                Ok(None)
            }
            _ => Ok(Some(sides)),
        }
    }

    /// Moves an entry aside that one side added. If the base already had it, the side that replaced
    /// it with a folder has decided its fate.
    fn displace(
        &mut self,
        path: &[BString],
        base: Option<Item>,
        item: Option<Item>,
    ) -> Result<(), ObjectError> {
        if let Some(item) = item.filter(|item| Some(*item) != base) {
            let (edit, displaced) = put_beside(self.trees, self.roots, path, item)?;
            self.found.edits.push(edit);
            self.found.displaced.push(displaced);
        }
        Ok(())
    }

    fn unknown(&mut self, path: Vec<BString>, row: Row, why: &str) -> Result<(), ObjectError> {
        let stray = stray(&path, why);
        let edits = merge_unknown(self.trees, path, row)?;
        if edits.iter().any(|edit| edit.entry.is_some()) {
            self.found.unknown.push(stray);
        }
        self.found.edits.extend(edits);
        Ok(())
    }

    fn version(&mut self, path: Vec<BString>, row: Row) -> Result<(), ObjectError> {
        self.found.edits.extend(merge_unknown(self.trees, path, row)?);
        Ok(())
    }
}

/// Returns the edit that keeps an entry under the first name that is free on both sides, or already
/// holds it.
pub(super) fn put_beside(
    trees: &Trees<'_>,
    [_, ours, theirs]: Sides,
    path: &[BString],
    item: Item,
) -> Result<(Edit, Displaced), ObjectError> {
    let mut places = beside(path, item.1);
    loop {
        let to = places.next().expect("there are always more names");
        let there = [trees.find(ours, &to)?, trees.find(theirs, &to)?];
        if there.into_iter().flatten().all(|there| there == item) {
            let displaced = Displaced::new(path, &to);
            return Ok((Edit { path: to, entry: Some(item) }, displaced));
        }
    }
}

fn is_folder((kind, _): &Item) -> bool {
    *kind == EntryKind::Tree
}

fn below(path: &[BString], name: &BString) -> Vec<BString> {
    path.iter().chain([name]).cloned().collect()
}

fn stray(path: &[BString], why: &str) -> Unexpected {
    let names: Vec<_> = path.iter().map(ToString::to_string).collect();
    Unexpected { path: names.join("/"), why: why.to_owned() }
}

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;

use super::columns::{Column, Columns};
use super::row::{Row, RowBuffer};
use super::table::Table;
use super::{Part, Place, RowAt};
use crate::model::SessionId;

/// The rows of a shard, by id. They belong to the tree with this id alone.
#[derive(Clone)]
pub(in crate::store) struct Shard {
    pub tree: ObjectId,
    table: Arc<Table>,
    rows: Range<usize>,
}

impl Shard {
    /// Makes the shard of a tree, of which `rows` has all records.
    pub fn new(tree: ObjectId, rows: RowBuffer) -> Self {
        let count = rows.len();
        Self { tree, table: Arc::new(Table::new(rows, tree.as_slice().len())), rows: 0..count }
    }

    /// Makes the shard whose rows are a block of the table.
    pub(super) fn within(tree: ObjectId, table: &Arc<Table>, rows: Range<usize>) -> Self {
        Self { tree, table: Arc::clone(table), rows }
    }

    /// Returns the shard with all its columns in memory, or None if one is damaged.
    pub fn whole(&self) -> Option<Self> {
        if self.table.is_in_memory() {
            return Some(self.clone());
        }
        let mut rows = RowBuffer::default();
        for column in Column::ALL {
            rows.0[column as usize] = self.table.block(column, &self.rows)?;
        }
        Some(Self::new(self.tree, rows))
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.clone().map(|at| Row { table: &self.table, at })
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns its part of a column that was loaded.
    pub(super) fn part(&self, column: Column) -> Option<&[u8]> {
        self.table.part(column, self.rows.clone())
    }

    /// Returns the blob of a row, loaded or not. Returns None if the file is damaged there.
    pub(super) fn blob(&self, row: Row<'_>) -> Option<ObjectId> {
        row.blob().or_else(|| {
            let blobs = self.table.block(Column::Blob, &self.rows)?;
            let width = self.tree.as_slice().len();
            let at = row.at - self.rows.start;
            ObjectId::try_from(blobs.get(at * width..(at + 1) * width)?).ok()
        })
    }

    /// Finds the row of a record. The rows are sorted, as the entries of a tree are.
    pub fn find(&self, id: SessionId, blob: &ObjectId) -> Option<Row<'_>> {
        let (mut low, mut high) = (self.rows.start, self.rows.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            let row = Row { table: &self.table, at: middle };
            match row.id().cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    return row.blob().filter(|it| it == blob).map(|_| row);
                }
            }
        }
        None
    }
}

/// What is known of the sessions, by shard.
#[derive(Clone, Default)]
pub(in crate::store) struct Index {
    pub(super) shards: BTreeMap<Place, Shard>,
    /// The number of rows that are not in the file.
    pub unsaved: usize,
}

impl Index {
    pub fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    /// Loads columns. Returns false if the file is damaged there.
    pub fn load(&self, columns: Columns) -> bool {
        self.shards.values().all(|shard| shard.table.load(columns))
    }

    /// Returns the number of shards of these parts.
    pub fn count(&self, parts: &[Part]) -> usize {
        self.shards.keys().filter(|place| parts.contains(&place.part)).count()
    }

    /// Returns true if the rows of this tree are known.
    pub fn holds(&self, place: &Place, tree: &ObjectId) -> bool {
        self.shards.get(place).is_some_and(|shard| shard.tree == *tree)
    }

    /// Returns the shards in which the rows of a shard that has changed may be, with all columns. A
    /// record that was archived or made private keeps its row.
    pub fn earlier(&self, place: &Place) -> Vec<Shard> {
        let at = |part| self.shards.get(&Place { part, ..place.clone() })?.whole();
        Part::all().filter_map(at).collect()
    }

    /// Returns the same index with these shards in some parts, known ones and new ones, and no
    /// others there.
    pub fn with_parts(&self, parts: &[Part], known: &[Place], new: Vec<(Place, Shard)>) -> Self {
        let others = self.shards.iter().filter(|(place, _)| !parts.contains(&place.part));
        let mut shards: BTreeMap<_, _> =
            others.map(|(place, shard)| (place.clone(), shard.clone())).collect();
        for place in known {
            shards.extend(self.shards.get(place).map(|shard| (place.clone(), shard.clone())));
        }
        shards.extend(new);
        Self { shards, unsaved: self.unsaved }
    }

    /// Returns the rows of a part, which the index has whole.
    pub fn rows(&self, part: Part) -> impl Iterator<Item = RowAt<'_>> {
        let shards = self.shards.iter().filter(move |(place, _)| place.part == part);
        shards.flat_map(|(place, shard)| shard.rows().map(move |row| RowAt { place, shard, row }))
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.shards.values().map(Shard::len).sum()
    }
}

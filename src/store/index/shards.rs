use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;

use super::row::{self, Row};
use super::{Place, RowAt};
use crate::model::{SessionId, Shelf};

/// The rows of a shard, by id. They belong to the tree with this id alone.
#[derive(Clone)]
pub(in crate::store) struct Shard {
    pub tree: ObjectId,
    data: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Shard {
    /// Makes the shard of a tree, of which `rows` has all records.
    pub fn new(tree: ObjectId, rows: super::RowBuffer) -> Self {
        let range = 0..rows.0.len();
        Self { tree, data: Arc::new(rows.0), range }
    }

    /// Makes the shard whose rows are this part of the data. The range must be a part of it.
    pub(super) fn within(tree: ObjectId, data: &Arc<Vec<u8>>, range: Range<usize>) -> Self {
        Self { tree, data: Arc::clone(data), range }
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let width = row::width(self.tree.as_slice().len());
        self.bytes().chunks_exact(width).map(Row)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.data[self.range.clone()]
    }

    /// Finds the row of a record. The rows are sorted, as the entries of a tree are.
    fn find(&self, id: SessionId, blob: &ObjectId) -> Option<Row<'_>> {
        let width = row::width(self.tree.as_slice().len());
        let (mut low, mut high) = (0, self.bytes().len() / width);
        while low < high {
            let middle = usize::midpoint(low, high);
            let row = Row(&self.bytes()[middle * width..][..width]);
            match row.id().cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return (row.blob() == *blob).then_some(row),
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

    /// Returns the number of shards of a shelf.
    pub fn count(&self, shelf: Shelf) -> usize {
        self.shards.keys().filter(|place| place.shelf == shelf).count()
    }

    /// Returns true if the rows of this tree are known.
    pub fn holds(&self, place: &Place, tree: &ObjectId) -> bool {
        self.shards.get(place).is_some_and(|shard| shard.tree == *tree)
    }

    /// Finds the row of a record of a shard that has changed. A record that was archived keeps its
    /// row.
    pub fn find(&self, place: &Place, id: SessionId, blob: &ObjectId) -> Option<Row<'_>> {
        let find = |place: &Place| self.shards.get(place)?.find(id, blob);
        find(place).or_else(|| find(&Place { shelf: place.shelf.other(), ..place.clone() }))
    }

    /// Returns the same index with these shards on a shelf, known ones and new ones, and no others
    /// there.
    pub fn with_shelf(&self, shelf: Shelf, known: &[Place], new: Vec<(Place, Shard)>) -> Self {
        let others = self.shards.iter().filter(|(place, _)| place.shelf != shelf);
        let mut shards: BTreeMap<_, _> =
            others.map(|(place, shard)| (place.clone(), shard.clone())).collect();
        for place in known {
            shards.extend(self.shards.get(place).map(|shard| (place.clone(), shard.clone())));
        }
        shards.extend(new);
        Self { shards, unsaved: self.unsaved }
    }

    /// Returns the rows of a shelf, which the index has whole.
    pub fn rows(&self, shelf: Shelf) -> impl Iterator<Item = RowAt<'_>> {
        let shards = self.shards.iter().filter(move |(place, _)| place.shelf == shelf);
        shards.flat_map(|(place, shard)| shard.rows().map(move |row| RowAt { place, row }))
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.shards.values().map(|shard| shard.rows().count()).sum()
    }
}

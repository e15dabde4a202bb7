use std::collections::BTreeMap;

use gix::ObjectId;

use super::columns::{Column, Columns};
use super::{Part, Place, RowAt, Shard};

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
        self.shards.values().all(|shard| shard.load(columns))
    }

    /// Loads columns for a reader. The ids of parents are not read where no session has one.
    pub fn load_needed(&self, columns: Columns) -> bool {
        let asks = columns.has(Column::Fork) || columns.has(Column::SpawnedBy);
        let rows = self.shards.values().filter(|_| asks).flat_map(Shard::rows);
        let parents = rows.fold(Columns::BASE, |all, row| all.and(row.parents()));
        self.load(columns.with_parents(parents))
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

use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;

use super::columns::{Column, Columns};
use super::row::{Row, RowBuffer};
use super::table::Table;
use crate::model::SessionId;

/// The rows of a shard, by id. They belong to the tree with this id alone.
#[derive(Clone)]
pub(in crate::store) struct Shard {
    pub tree: ObjectId,
    table: Arc<Table>,
    rows: Range<usize>,
}

impl Shard {
    /// Creates the shard of a tree from `rows`, which has all its records.
    pub fn new(tree: ObjectId, rows: RowBuffer) -> Self {
        let count = rows.len();
        Self { tree, table: Arc::new(Table::new(rows.0, tree.as_slice().len())), rows: 0..count }
    }

    /// Makes the shard whose rows are a block of the table.
    pub(super) fn within(tree: ObjectId, table: &Arc<Table>, rows: Range<usize>) -> Self {
        Self { tree, table: Arc::clone(table), rows }
    }

    /// Loads columns. Returns false if the file is damaged there.
    pub(super) fn load(&self, columns: Columns) -> bool {
        self.table.load(columns)
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
        row.blob().or_else(|| ObjectId::try_from(&*self.value(Column::Blob, row)?).ok())
    }

    /// Returns the id of a row, likewise.
    pub(super) fn id(&self, row: Row<'_>) -> Option<SessionId> {
        let read = || self.value(Column::Id, row)?.try_into().ok().map(SessionId::from_bytes);
        row.id().or_else(read)
    }

    fn value(&self, column: Column, row: Row<'_>) -> Option<Vec<u8>> {
        let values = self.table.block(column, &self.rows)?;
        let width = column.width(self.tree.as_slice().len());
        let at = row.at - self.rows.start;
        values.get(at * width..(at + 1) * width).map(<[u8]>::to_vec)
    }

    /// Finds the row of a record. The rows are sorted, as the entries of a tree are.
    pub fn find(&self, id: SessionId, blob: &ObjectId) -> Option<Row<'_>> {
        let (mut low, mut high) = (self.rows.start, self.rows.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            let row = Row { table: &self.table, at: middle };
            match row.id()?.cmp(&id) {
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

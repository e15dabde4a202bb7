use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::OnceLock;

use super::checksum;
use super::columns::{COUNT, Column, Columns};

/// The rows of many records, by column: all in memory, or in a file of which a column is read when
/// it is first needed.
pub(super) struct Table {
    rows: usize,
    id_size: usize,
    columns: [OnceLock<Vec<u8>>; COUNT],
    source: Option<Source>,
}

/// A file with the columns. It is kept open: another one may take its name.
pub(super) struct Source {
    pub file: File,
    /// Where the first column begins.
    pub start: u64,
    pub blocks: Vec<Block>,
}

/// The rows of a shard in a file.
pub(super) struct Block {
    pub rows: Range<usize>,
    /// The checksum of their part of each column.
    pub sums: [u64; COUNT],
}

impl Table {
    /// Makes the table of these columns.
    pub fn new(columns: [Vec<u8>; COUNT], id_size: usize) -> Self {
        let columns = columns.map(OnceLock::from);
        let ids = columns[Column::Id as usize].get().map_or(0, Vec::len);
        Self { rows: ids / Column::Id.width(id_size), id_size, columns, source: None }
    }

    /// Makes the table of the rows in a file. Returns None if what every reader needs is damaged.
    pub fn in_file(source: Source, id_size: usize) -> Option<Self> {
        let rows = source.blocks.last().map_or(0, |block| block.rows.end);
        let columns = [const { OnceLock::new() }; COUNT];
        let table = Self { rows, id_size, columns, source: Some(source) };
        table.load(Columns::BASE).then_some(table)
    }

    /// Reads columns, unless they were read before. Returns false if one is damaged.
    pub fn load(&self, columns: Columns) -> bool {
        columns.iter().all(|column| {
            let slot = &self.columns[column as usize];
            if slot.get().is_none()
                && let Some(bytes) = self.read(column)
            {
                // Another thread may have been faster, with the same.
                let _ = slot.set(bytes);
            }
            slot.get().is_some()
        })
    }

    fn read(&self, column: Column) -> Option<Vec<u8>> {
        let source = self.source.as_ref()?;
        let width = column.width(self.id_size);
        let bytes = self.read_rows(source, column, 0..self.rows)?;
        let is_whole = |block: &Block| {
            let part = &bytes[block.rows.start * width..block.rows.end * width];
            checksum(part) == block.sums[column as usize]
        };
        source.blocks.iter().all(is_whole).then_some(bytes)
    }

    fn read_rows(&self, source: &Source, column: Column, rows: Range<usize>) -> Option<Vec<u8>> {
        let before = Column::ALL.iter().take(column as usize).map(|it| it.width(self.id_size));
        let width = column.width(self.id_size);
        let at = before.sum::<usize>() * self.rows + rows.start * width;
        let mut bytes = vec![0; rows.len() * width];
        source.file.read_exact_at(&mut bytes, source.start + at as u64).ok()?;
        Some(bytes)
    }

    /// Returns one value of a column whose values have this size, if the column was loaded.
    #[inline]
    pub fn cell<const N: usize>(&self, column: Column, at: usize) -> Option<&[u8; N]> {
        self.columns[column as usize].get()?.get(at * N..)?.first_chunk()
    }

    /// Returns a part of a column, if the column was loaded.
    pub fn part(&self, column: Column, rows: Range<usize>) -> Option<&[u8]> {
        let width = column.width(self.id_size);
        self.columns[column as usize].get()?.get(rows.start * width..rows.end * width)
    }

    /// Returns a column of a block, loaded or not. Returns None if it is damaged.
    pub fn block(&self, column: Column, rows: &Range<usize>) -> Option<Vec<u8>> {
        if let Some(part) = self.part(column, rows.clone()) {
            return Some(part.to_vec());
        }
        let source = self.source.as_ref()?;
        let key = |rows: &Range<usize>| (rows.start, rows.end);
        let at = source.blocks.binary_search_by_key(&key(rows), |block| key(&block.rows)).ok()?;
        let bytes = self.read_rows(source, column, rows.clone())?;
        (checksum(&bytes) == source.blocks[at].sums[column as usize]).then_some(bytes)
    }

    pub fn is_in_memory(&self) -> bool {
        self.source.is_none()
    }
}

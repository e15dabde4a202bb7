use std::ops::Range;

use gix::ObjectId;

use crate::model::Timestamp;

/// The size of the place of a record: where it begins u64, its size u32.
const PLACE: usize = 12;

/// The size of the checksum before each record.
pub(super) const BEFORE: usize = 8;

/// Where each record is in the file: the ids of the blobs, sorted, then the places.
pub(super) struct Table {
    bytes: Vec<u8>,
    id_size: usize,
    rows: usize,
    /// The ids are random. These are the rows at which each of as many equal parts of all ids begins.
    starts: Vec<u32>,
    shift: u32,
}

/// A record that is to be in a file.
pub(super) struct Row {
    pub blob: ObjectId,
    pub place: Place,
    pub updated_at: Timestamp,
}

/// The place of a record. Its size is 0 if its object has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Place {
    pub(super) at: u64,
    pub(super) size: u32,
}

impl Place {
    /// Returns false if the object has to be read: its record is corrupt, or cannot be stored.
    pub fn has_record(self) -> bool {
        self.size > 0
    }

    /// Returns the place and the checksum before it, if it ends before `end`.
    pub(super) fn range(self, end: u64) -> Option<Range<u64>> {
        let after = self.at.checked_add(BEFORE as u64 + u64::from(self.size))?;
        (after <= end).then_some(self.at..after)
    }
}

impl Table {
    /// Returns the size of the table of so many records.
    pub fn size(rows: u64, id_size: usize) -> Option<u64> {
        rows.checked_mul((id_size + PLACE) as u64)
    }

    /// Makes the table. The same blob may be there twice.
    pub fn encode(mut rows: Vec<Row>) -> Vec<u8> {
        rows.sort_unstable_by_key(|row| row.blob);
        rows.dedup_by_key(|row| row.blob);
        let ids = rows.iter().flat_map(|row| row.blob.as_slice());
        let mut bytes: Vec<u8> = ids.copied().collect();
        for Row { place: Place { at, size }, .. } in rows {
            bytes.extend(at.to_le_bytes());
            bytes.extend(size.to_le_bytes());
        }
        bytes
    }

    /// Reads the table. Returns None if the ids are not sorted.
    pub fn decode(bytes: Vec<u8>, id_size: usize) -> Option<Self> {
        let rows = bytes.len() / (id_size + PLACE);
        let bits = usize::BITS - rows.leading_zeros();
        let shift = 32 - bits.clamp(1, 24);
        let mut starts = Vec::with_capacity((1 << (32 - shift)) + 1);
        for (row, id) in bytes[..rows * id_size].chunks_exact(id_size).enumerate() {
            let part = part(id, shift);
            if part + 1 < starts.len() {
                return None;
            }
            starts.resize(part + 1, u32::try_from(row).ok()?);
        }
        starts.resize((1 << (32 - shift)) + 1, u32::try_from(rows).ok()?);
        Some(Self { bytes, id_size, rows, starts, shift })
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns the place of a record.
    pub fn find(&self, blob: &ObjectId) -> Option<Place> {
        let id = blob.as_slice();
        if id.len() != self.id_size {
            return None;
        }
        let part = part(id, self.shift);
        let mut rows = self.starts[part] as usize..self.starts[part + 1] as usize;
        let row = rows.find(|row| self.bytes[self.range(*row)] == *id)?;
        let place = self.bytes.get(self.rows * self.id_size + row * PLACE..)?;
        let (at, rest) = place.split_first_chunk()?;
        let size = rest.first_chunk()?;
        Some(Place { at: u64::from_le_bytes(*at), size: u32::from_le_bytes(*size) })
    }

    fn range(&self, row: usize) -> Range<usize> {
        row * self.id_size..(row + 1) * self.id_size
    }
}

fn part(id: &[u8], shift: u32) -> usize {
    let first = id.first_chunk().map_or(0, |first| u32::from_be_bytes(*first));
    (first >> shift) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_has_its_place() {
        for rows in [0_u32, 1, 2, 3, 100, 5_000] {
            let id = |row: u32| {
                let mut id = [0; 20];
                id[..4].copy_from_slice(&row.wrapping_mul(0x9e37_79b9).to_be_bytes());
                id[19] = 1;
                ObjectId::from_bytes_or_panic(&id)
            };
            let place = |row: u32| Place { at: u64::from(row) * 3, size: row };
            let row =
                |row: u32| Row { blob: id(row), place: place(row), updated_at: Timestamp::EPOCH };
            let all = (0..rows).chain(0..rows / 2).map(row).collect();
            let bytes = Table::encode(all);
            assert_eq!(Some(bytes.len() as u64), Table::size(rows.into(), 20));
            let table = Table::decode(bytes, 20).unwrap();
            assert_eq!(table.len(), rows as usize);
            assert!((0..rows).all(|row| table.find(&id(row)) == Some(place(row))), "{rows}");
            assert!((rows..rows + 99).all(|row| table.find(&id(row)).is_none()), "{rows}");
            assert_eq!(table.find(&ObjectId::null(gix::hash::Kind::Sha256)), None);
        }
    }

    #[test]
    fn a_table_that_is_not_sorted_is_none() {
        let mut bytes = vec![0xff; 20];
        bytes.extend([0; 20 + 2 * PLACE]);
        assert!(Table::decode(bytes, 20).is_none());
    }
}

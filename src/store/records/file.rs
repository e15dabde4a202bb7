//! The file of the records.
//!
//! ```text
//! magic    8 bytes  "aorecord"
//! version  u32      1
//! id size  u32      20 or 32
//! words    u64      which keys the writer knew
//! records  u64      their number
//! table    u64      where the table begins
//! checksum u64      of the table
//! checksum u64      of the header before it
//! then each record
//!   checksum u64    of the id of the blob and the record
//!   the record
//! the table
//!   the ids of the blobs, sorted
//!   for each of them, where its record begins u64, and its size u32
//! ```

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gix::ObjectId;

use super::table::{BEFORE, Place, Table};
use crate::git::Repository;
use crate::model::KEYS;
use crate::store::index::{checksum, hash};

pub(super) const FILE: &str = "records";
pub(super) const LOCK: &str = "records.lock";

const MAGIC: &[u8; 8] = b"aorecord";

/// To be raised whenever records get another form here, or another meaning.
const VERSION: u32 = 1;

/// The size of the header.
pub(super) const HEADER: usize = 56;

/// The records in the file. It is kept open: another one may take its name.
pub(in crate::store) struct Records {
    file: File,
    table: Table,
    /// Where the table begins.
    end: u64,
    is_damaged: AtomicBool,
}

/// Returns the header of a file with this table.
pub(super) fn header(table: &[u8], at: u64, id_size: usize) -> Option<Vec<u8>> {
    let rows = table.len() as u64 / Table::size(1, id_size)?;
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(u32::try_from(id_size).ok()?.to_le_bytes());
    for number in [words(), rows, at, checksum(table)] {
        out.extend(number.to_le_bytes());
    }
    let sum = checksum(&out);
    out.extend(sum.to_le_bytes());
    Some(out)
}

/// A version that knows other keys prints them elsewhere.
fn words() -> u64 {
    hash(&KEYS.join(" "))
}

/// Returns the checksum of a record.
pub(super) fn sum(blob: &ObjectId, record: &[u8]) -> u64 {
    checksum(blob.as_slice()).rotate_left(17) ^ checksum(record)
}

/// Some of the records.
pub(in crate::store) struct Share<'r> {
    records: &'r Records,
    start: u64,
    bytes: Vec<u8>,
}

impl Share<'_> {
    /// Returns the record of a blob at its place, or None if its object has to be read.
    pub fn record(&self, blob: &ObjectId, place: Place) -> Option<Cow<'_, [u8]>> {
        if !place.has_record() {
            return None;
        }
        let record = self.find(place).filter(|bytes| is_whole(blob, bytes));
        if record.is_none() {
            self.records.is_damaged.store(true, Ordering::Relaxed);
        }
        Some(match record? {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[BEFORE..]),
            Cow::Owned(mut bytes) => Cow::Owned(bytes.split_off(BEFORE)),
        })
    }

    /// Returns a record and the checksum before it.
    fn find(&self, place: Place) -> Option<Cow<'_, [u8]>> {
        let range = place.range(self.records.end)?;
        let read = || {
            let start = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
            self.bytes.get(start..)?.get(..BEFORE + place.size as usize)
        };
        match read() {
            Some(bytes) => Some(Cow::Borrowed(bytes)),
            None => self.records.read_range(range).map(Cow::Owned),
        }
    }
}

fn is_whole(blob: &ObjectId, bytes: &[u8]) -> bool {
    bytes
        .split_first_chunk()
        .is_some_and(|(expected, record)| u64::from_le_bytes(*expected) == sum(blob, record))
}

impl Records {
    /// Opens the file. Returns None if there is none, or none that is whole.
    pub fn open(repo: &Repository) -> Option<Self> {
        Self::decode(repo.open_file(FILE).ok()?, repo.object_hash())
    }

    fn decode(file: File, hash: gix::hash::Kind) -> Option<Self> {
        let (size, id_size) = (file.metadata().ok()?.len(), hash.len_in_bytes());
        let mut bytes = [0; HEADER];
        file.read_exact_at(&mut bytes, 0).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (numbers, _) = rest.split_at(8).1.as_chunks::<8>();
        let [_, rows, end] = numbers.first_chunk()?.map(u64::from_le_bytes);
        let length = Table::size(rows, id_size)?;
        if end < HEADER as u64 || end.checked_add(length)? != size {
            return None;
        }
        let mut table = vec![0; usize::try_from(length).ok()?];
        file.read_exact_at(&mut table, end).ok()?;
        // The checksum of the table is in it.
        if header(&table, end, id_size)? != bytes {
            return None;
        }
        let table = Table::decode(table, id_size)?;
        Some(Self { file, table, end, is_damaged: AtomicBool::new(false) })
    }

    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns the place of the record of this blob, if the file has it, or says that its object has
    /// to be read.
    pub fn find(&self, blob: &ObjectId) -> Option<Place> {
        self.table.find(blob)
    }

    /// Reads the records at these places, at once if they are near each other.
    pub fn read(&self, places: impl Iterator<Item = Place>) -> Share<'_> {
        let (mut range, mut size) = (self.end..0, 0);
        for place in places.filter_map(|place| place.range(self.end)) {
            size += place.end - place.start;
            range = range.start.min(place.start)..range.end.max(place.end);
        }
        let mut share = Share { records: self, start: range.start, bytes: Vec::new() };
        if range.end.saturating_sub(range.start) <= 2 * size {
            share.bytes = self.read_range(range).unwrap_or_default();
        }
        share
    }

    fn read_range(&self, range: Range<u64>) -> Option<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
        self.file.read_exact_at(&mut bytes, range.start).ok()?;
        Some(bytes)
    }

    /// Removes the file if a record was found to be damaged, unless it is just being written.
    pub fn discard_damaged(&self, repo: &Repository) -> io::Result<()> {
        if !self.is_damaged.load(Ordering::Relaxed) {
            return Ok(());
        }
        match repo.lock_named(LOCK, Duration::ZERO) {
            Ok(_lock) => std::fs::remove_file(repo.ao_dir().join(FILE)),
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _, Write as _};

    use super::super::encode;
    use super::super::table::Row;
    use super::super::writer::Draft;
    use super::*;
    use crate::model::{Session, SessionId, Timestamp};

    const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

    fn blob(n: u8) -> ObjectId {
        ObjectId::from_bytes_or_panic(&[n.wrapping_mul(101); 20])
    }

    /// Stored records, each of another size and updated later than the one before it.
    fn record(n: u8) -> Vec<u8> {
        let id = SessionId::from_bytes([n; 16]);
        let time = Timestamp::from_millis(i64::from(n));
        let mut session = Session::new(id, "demo".parse().unwrap(), time);
        session.title = "x".repeat(usize::from(n));
        encode(&session).unwrap()
    }

    fn write(add: impl FnOnce(&mut Draft)) -> Vec<u8> {
        let mut draft = Draft::new(tempfile::tempfile().unwrap());
        add(&mut draft);
        let mut file = tempfile::tempfile().unwrap();
        draft.finish(&file, HASH).unwrap();
        let mut bytes = Vec::new();
        file.seek(io::SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn bytes() -> Vec<u8> {
        write(|draft| {
            for n in [3, 1, 0, 2, 4] {
                draft.add(&blob(n), (n != 3).then(|| record(n)).as_deref()).unwrap();
            }
        })
    }

    fn open(bytes: &[u8]) -> Option<Records> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Records::decode(file, HASH)
    }

    /// Reads some of the records, together.
    fn read(records: &Records, which: &[u8]) -> Vec<Option<Vec<u8>>> {
        let places: Vec<_> = which.iter().map(|n| records.find(&blob(*n)).unwrap()).collect();
        let share = records.read(places.iter().copied());
        let read = which.iter().zip(places);
        read.map(|(n, place)| Some(share.record(&blob(*n), place)?.into_owned())).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let records = open(&bytes()).unwrap();
        assert_eq!(records.len(), 5);
        for which in [&[0, 1, 2, 3, 4][..], &[4, 0], &[2], &[3], &[]] {
            let expected: Vec<_> = which.iter().map(|n| (*n != 3).then(|| record(*n))).collect();
            assert_eq!(read(&records, which), expected, "{which:?}");
        }
        let at = |n| records.find(&blob(n)).unwrap().at;
        assert!(at(4) < at(2) && at(2) < at(1) && at(1) < at(0), "the last updated is the first");
        assert!(records.find(&blob(9)).is_none());
        assert!(!records.is_damaged.into_inner());
    }

    #[test]
    fn what_is_damaged_is_not_read() {
        let whole = bytes();
        for at in 0..whole.len() {
            assert!(open(&whole[..at]).is_none(), "cut at {at}");
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                let Some(records) = open(&damaged) else { continue };
                let found = read(&records, &[0, 1, 2, 3, 4]);
                let lost = found.iter().filter(|record| record.is_none());
                assert_eq!(lost.count(), 2, "bit {bit} of byte {at}");
                for (n, found) in (0..).zip(found) {
                    assert!(found.is_none_or(|found| found == record(n)), "byte {at}");
                }
                assert!(records.is_damaged.into_inner());
            }
        }
        assert!(open(&[&whole[..], &[0]].concat()).is_none());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&whole).unwrap();
        assert!(Records::decode(file, gix::hash::Kind::Sha256).is_none());
    }

    #[test]
    fn what_the_header_says_is_checked_whatever_its_checksum() {
        let whole = bytes();
        for at in 0..HEADER - 8 {
            for value in [0, 1, 2, 0x7f, 0xff] {
                let mut other = whole.clone();
                other[at] = value;
                let sum = checksum(&other[..HEADER - 8]).to_le_bytes();
                other[HEADER - 8..HEADER].copy_from_slice(&sum);
                assert_eq!(open(&other).is_some(), value == whole[at], "byte {at} is {value}");
            }
        }
    }

    #[test]
    fn places_outside_of_the_records_are_not_read() {
        for (at, size) in [(u64::MAX, 3), (HEADER as u64, u32::MAX), (1 << 40, 9), (0, 60)] {
            let updated_at = Timestamp::EPOCH;
            let row = Row { blob: blob(1), place: Place { at, size }, updated_at };
            let table = Table::encode(vec![row]);
            let header = header(&table, HEADER as u64, 20).unwrap();
            let records = open(&[header, table].concat()).unwrap();
            assert_eq!(read(&records, &[1]), [None]);
        }
    }
}

//! The file of the index: a header with the places of the shards, and their rows, by column.
//!
//! ```text
//! magic   8 bytes  "aoindex\n"
//! version u32      2
//! length  u32      of the header
//! id size u32      20 or 32
//! words   u64      which statuses and kinds the writer knew
//! shards  u32
//! then for each shard
//!   part u8 (1: archived, 2: private), byte u8, length of the project's name u8, the name,
//!   the tree's id, the number of rows u32, for each column the checksum u64 of its values
//! checksum u64     of the header before it
//! for each column
//!   the values of the rows of all shards, in this order
//! ```

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use gix::ObjectId;

use super::columns::{Column, Columns, row_width};
use super::row::{self, KINDS};
use super::table::{Block, Source, Table};
use super::{Index, Part, Place, Shard, checksum};
use crate::model::{SessionStatus, Shelf};
use crate::store::Visibility;

const MAGIC: &[u8; 8] = b"aoindex\n";

/// To be raised whenever rows get another layout, or a record another meaning.
const VERSION: u32 = 2;

/// The size of what is before the places of the shards.
const FIXED: usize = 32;

const ARCHIVED: u8 = 1;
const PRIVATE: u8 = 2;

/// The codes of statuses and kinds are positions in lists that other versions may have longer.
fn words() -> u64 {
    let statuses = SessionStatus::ALL.iter().map(SessionStatus::as_str);
    let words: Vec<_> = statuses.chain(KINDS.iter().map(|kind| kind.as_str())).collect();
    row::hash(&words.join(" "))
}

/// Returns the content of the file, or None if the one from which the index was read is damaged.
pub fn encode(index: &Index, hash: gix::hash::Kind) -> Option<Vec<u8>> {
    if !index.load(Columns::ALL) {
        return None;
    }
    let mut places = Vec::new();
    for (place, shard) in &index.shards {
        let name = place.project.as_str();
        places.push(code(place.part));
        places.push(place.byte);
        places.push(u8::try_from(name.len()).ok()?);
        places.extend(name.bytes());
        places.extend(shard.tree.as_slice());
        places.extend(number(shard.len())?);
        for column in Column::ALL {
            places.extend(checksum(shard.part(column)?).to_le_bytes());
        }
    }
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(number(FIXED + places.len() + 8)?);
    out.extend(number(hash.len_in_bytes())?);
    out.extend(words().to_le_bytes());
    out.extend(number(index.shards.len())?);
    out.append(&mut places);
    let sum = checksum(&out);
    out.extend(sum.to_le_bytes());
    out.reserve(index.len() * row_width(hash.len_in_bytes()));
    for column in Column::ALL {
        for shard in index.shards.values() {
            out.extend(shard.part(column)?);
        }
    }
    Some(out)
}

fn code(part: Part) -> u8 {
    let shelf = if part.shelf == Shelf::Archived { ARCHIVED } else { 0 };
    shelf | if part.visibility == Visibility::Private { PRIVATE } else { 0 }
}

fn number(count: usize) -> Option<[u8; 4]> {
    u32::try_from(count).ok().map(u32::to_le_bytes)
}

/// Reads the header of the file, and what every reader needs. Returns None if that is damaged, or
/// not of this version and for this hash. The columns are checked when they are loaded.
pub fn decode(file: File, hash: gix::hash::Kind) -> Option<Index> {
    let size = file.metadata().ok()?.len();
    let mut fixed = [0; FIXED];
    file.read_exact_at(&mut fixed, 0).ok()?;
    let mut from = Input { rest: &fixed };
    let is_ours = from.take(8)? == MAGIC && from.number()? == VERSION;
    let start = u64::from(from.number()?);
    if !is_ours || start > size {
        return None;
    }
    let mut header = vec![0; usize::try_from(start).ok()?];
    file.read_exact_at(&mut header, 0).ok()?;
    let (content, sum) = header.split_last_chunk::<8>()?;
    if checksum(content) != u64::from_le_bytes(*sum) {
        return None;
    }
    let id_size = hash.len_in_bytes();
    let mut from = Input { rest: content.get(16..)? };
    if usize::try_from(from.number()?).ok()? != id_size || from.array()? != words().to_le_bytes() {
        return None;
    }
    let (mut shards, mut blocks, mut row) = (Vec::new(), Vec::new(), 0_usize);
    for _ in 0..from.number()? {
        let [part, byte, length] = from.array()?;
        let part = Part::all().find(|it| code(*it) == part)?;
        let project = std::str::from_utf8(from.take(length.into())?).ok()?.parse().ok()?;
        let tree = ObjectId::try_from(from.take(id_size)?).ok()?;
        let end = row.checked_add(usize::try_from(from.number()?).ok()?)?;
        let mut sums = [0; Column::ALL.len()];
        for sum in &mut sums {
            *sum = u64::from_le_bytes(from.array()?);
        }
        shards.push((Place { part, project, byte }, tree, row..end));
        blocks.push(Block { rows: row..end, sums });
        row = end;
    }
    let rows = u64::try_from(row.checked_mul(row_width(id_size))?).ok()?;
    if !from.rest.is_empty() || size != start.checked_add(rows)? {
        return None;
    }
    let table = Arc::new(Table::in_file(Source { file, start, blocks }, id_size)?);
    let shards = shards.into_iter();
    let shards = shards.map(|(place, tree, rows)| (place, Shard::within(tree, &table, rows)));
    Some(Index { shards: shards.collect(), unsaved: 0 })
}

/// What is left of a header.
struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::model::{Session, SessionId, Timestamp};
    use crate::store::index::RowBuffer;

    const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

    fn index() -> Index {
        let mut index = Index::default();
        for (byte, part) in [0x7b, 0xff].into_iter().zip(Part::all()) {
            let mut rows = RowBuffer::default();
            for last in 0..2 {
                let id =
                    SessionId::from_bytes([byte, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
                let mut session = Session::new(id, "demo".parse().unwrap(), Timestamp::EPOCH);
                session.branch = Some("a/b".to_owned());
                rows.add(id, &ObjectId::from_bytes_or_panic(&[last; 20]), Some(&session));
            }
            let tree = ObjectId::from_bytes_or_panic(&[byte; 20]);
            let place = Place { part, project: "demo".parse().unwrap(), byte };
            index.shards.insert(place, Shard::new(tree, rows));
        }
        index
    }

    fn read(bytes: &[u8]) -> Option<Index> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        decode(file, HASH)
    }

    /// Reads a file with all columns.
    fn read_whole(bytes: &[u8]) -> Option<Index> {
        read(bytes).filter(|index| index.load(Columns::ALL))
    }

    #[test]
    fn what_is_written_is_read() {
        for index in [index(), Index::default()] {
            let bytes = encode(&index, HASH).unwrap();
            let read = read(&bytes).unwrap();
            for (from, to) in index.shards.values().zip(read.shards.values()) {
                let whole = to.whole().unwrap();
                for (row, other) in from.rows().zip(whole.rows()) {
                    assert_eq!(from.blob(row), to.blob(other), "one by one");
                    let (id, blob) = (row.id().unwrap(), from.blob(row).unwrap());
                    assert_eq!((from.id(row), to.id(other)), (Some(id), Some(id)), "one by one");
                    assert!(to.find(id, &blob).is_none(), "not loaded");
                    assert!(whole.find(id, &blob).is_some());
                }
            }
            assert_eq!(encode(&read, HASH).unwrap(), bytes);
            let parts: Vec<_> = Part::all().collect();
            assert_eq!((read.len(), read.count(&parts)), (index.len(), index.shards.len()));
        }
    }

    #[test]
    fn what_is_not_whole_is_ignored() {
        let bytes = encode(&index(), HASH).unwrap();
        for at in 0..bytes.len() {
            assert!(read(&bytes[..at]).is_none(), "cut at {at}");
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(read_whole(&damaged).is_none(), "bit {bit} of byte {at}");
                // One by one, what is read is what was written.
                let Some(damaged) = read(&damaged) else { continue };
                let is_whole = |shard: &&Shard| shard.whole().is_some();
                assert_eq!(damaged.shards.values().filter(is_whole).count(), 1, "byte {at}");
            }
        }
        assert!(read(&[&bytes[..], &[0; 8]].concat()).is_none());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        assert!(decode(file, gix::hash::Kind::Sha256).is_none());
    }

    #[test]
    fn other_versions_and_wrong_sizes_are_ignored() {
        let bytes = encode(&index(), HASH).unwrap();
        let length = usize::try_from(u32::from_le_bytes(bytes[12..16].try_into().unwrap()));
        let (content, rows) = bytes.split_at(length.unwrap());
        // A file that somebody wrote with a valid checksum.
        let sealed = |mut content: Vec<u8>| {
            content.truncate(content.len() - 8);
            let sum = checksum(&content);
            content.extend(sum.to_le_bytes());
            [&content, rows].concat()
        };
        assert!(read_whole(&sealed(content.to_vec())).is_some());
        for at in 0..content.len() - 8 {
            for value in [0, 1, 2, 0x7f, 0xff] {
                let mut other = content.to_vec();
                other[at] = value;
                let is_fixed = at < FIXED && value != content[at];
                let read = read(&sealed(other));
                assert!(!is_fixed || read.is_none(), "byte {at} is {value}");
                // Whatever it says, it can be read to the end.
                for part in read.iter().flat_map(|_| Part::all()) {
                    let rows = read.iter().flat_map(|index| index.rows(part));
                    rows.for_each(|at| drop(at.entry()));
                }
            }
        }
    }
}

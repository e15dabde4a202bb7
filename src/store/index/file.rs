//! The file of the index: a header, the places of the shards, their rows, and a checksum.
//!
//! ```text
//! magic   8 bytes  "aoindex\n"
//! version u32      1
//! id size u32      20 or 32
//! words   u64      which statuses and kinds the writer knew
//! shards  u32
//! then for each shard
//!   shelf u8, byte u8, length of the project's name u8, the name,
//!   the tree's id, the number of rows u32
//! the rows of all shards, in this order
//! checksum u64     of everything before it
//! ```

use std::sync::Arc;

use gix::ObjectId;

use super::row::{self, KINDS};
use super::{Index, Place, Shard};
use crate::model::{SessionStatus, Shelf};

const MAGIC: &[u8; 8] = b"aoindex\n";

/// To be raised whenever rows get another layout, or a record another meaning.
const VERSION: u32 = 1;

/// The codes of statuses and kinds are positions in lists that other versions may have longer.
fn words() -> u64 {
    let statuses = SessionStatus::ALL.iter().map(SessionStatus::as_str);
    let words: Vec<_> = statuses.chain(KINDS.iter().map(|kind| kind.as_str())).collect();
    row::hash(&words.join(" "))
}

/// Mixes all bytes, by eight. Each step can be undone, so no change of a single word goes
/// unnoticed.
pub fn checksum(bytes: &[u8]) -> u64 {
    let mix = |sum: u64, word: [u8; 8]| {
        (sum.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| mix(sum, *word));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(sum, last)
}

/// Returns the content of the file.
pub fn encode(index: &Index, hash: gix::hash::Kind) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(number(hash.len_in_bytes()));
    out.extend(words().to_le_bytes());
    out.extend(number(index.shards.len()));
    for (place, shard) in &index.shards {
        let name = place.project.as_str();
        out.push(u8::from(place.shelf == Shelf::Archived));
        out.push(place.byte);
        out.push(u8::try_from(name.len()).unwrap_or_default());
        out.extend(name.bytes());
        out.extend(shard.tree.as_slice());
        out.extend(number(shard.rows().count()));
    }
    for shard in index.shards.values() {
        out.extend(shard.bytes());
    }
    let sum = checksum(&out);
    out.extend(sum.to_le_bytes());
    out
}

fn number(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes()
}

/// Reads the content of the file. Returns None if it is not whole, or not of this version and for
/// this hash.
pub fn decode(bytes: Vec<u8>, hash: gix::hash::Kind) -> Option<Index> {
    let (content, sum) = bytes.split_last_chunk::<8>()?;
    if checksum(content) != u64::from_le_bytes(*sum) {
        return None;
    }
    let mut from = Input { rest: content };
    let id = hash.len_in_bytes();
    let is_ours = from.take(8)? == MAGIC
        && from.number()? == VERSION
        && usize::try_from(from.number()?).ok()? == id
        && from.array()? == words().to_le_bytes();
    if !is_ours {
        return None;
    }
    let mut shards = Vec::new();
    for _ in 0..from.number()? {
        let [shelf, byte, length] = from.array()?;
        let shelf = if shelf == 0 { Shelf::Active } else { Shelf::Archived };
        let project = std::str::from_utf8(from.take(length.into())?).ok()?.parse().ok()?;
        let tree = ObjectId::try_from(from.take(id)?).ok()?;
        shards.push((Place { shelf, project, byte }, tree, from.number()?));
    }
    let mut start = content.len() - from.rest.len();
    let end = content.len();
    let data = Arc::new(bytes);
    let mut index = Index::default();
    for (place, tree, count) in shards {
        let size = usize::try_from(count).ok()?.checked_mul(row::width(id))?;
        let stop = start.checked_add(size).filter(|stop| *stop <= end)?;
        index.shards.insert(place, Shard::within(tree, &data, start..stop));
        start = stop;
    }
    (start == end).then_some(index)
}

/// What is left of a file.
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
    use super::*;
    use crate::model::{Session, SessionId, Timestamp};
    use crate::store::index::RowBuffer;

    const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

    fn index() -> Index {
        let mut index = Index::default();
        for byte in [0x7b, 0xff] {
            let mut rows = RowBuffer::default();
            for last in 0..2 {
                let id =
                    SessionId::from_bytes([byte, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
                let mut session = Session::new(id, "demo".parse().unwrap(), Timestamp::EPOCH);
                session.branch = Some("a/b".to_owned());
                rows.add(id, &ObjectId::from_bytes_or_panic(&[last; 20]), Some(&session));
            }
            let tree = ObjectId::from_bytes_or_panic(&[byte; 20]);
            let place = Place { shelf: Shelf::Active, project: "demo".parse().unwrap(), byte };
            index.shards.insert(place, Shard::new(tree, rows));
        }
        index
    }

    #[test]
    fn what_is_written_is_read() {
        for index in [index(), Index::default()] {
            let bytes = encode(&index, HASH);
            let read = decode(bytes.clone(), HASH).unwrap();
            assert_eq!(encode(&read, HASH), bytes);
            assert_eq!((read.len(), read.count(Shelf::Active)), (index.len(), index.shards.len()));
        }
    }

    #[test]
    fn what_is_not_whole_is_ignored() {
        let bytes = encode(&index(), HASH);
        for at in 0..bytes.len() {
            assert!(decode(bytes[..at].to_vec(), HASH).is_none(), "cut at {at}");
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(decode(damaged, HASH).is_none(), "bit {bit} of byte {at}");
            }
        }
        let longer = [&bytes[..], &[0; 8]].concat();
        assert!(decode(longer, HASH).is_none());
        assert!(decode(bytes, gix::hash::Kind::Sha256).is_none());
    }

    /// A file that somebody wrote with a valid checksum.
    fn sealed(mut content: Vec<u8>) -> Vec<u8> {
        let sum = checksum(&content);
        content.extend(sum.to_le_bytes());
        content
    }

    #[test]
    fn other_versions_and_wrong_sizes_are_ignored() {
        let bytes = encode(&index(), HASH);
        let content = &bytes[..bytes.len() - 8];
        assert!(decode(sealed(content.to_vec()), HASH).is_some());
        for at in 0..content.len().min(120) {
            for value in [0, 1, 2, 0x7f, 0xff] {
                let mut other = content.to_vec();
                other[at] = value;
                let is_header = at < 24 && value != content[at];
                let read = decode(sealed(other), HASH);
                assert!(!is_header || read.is_none(), "byte {at} is {value}");
                // Whatever it says, it can be read to the end.
                let rows = read.iter().flat_map(|index| index.rows(Shelf::Active));
                rows.for_each(|at| drop((at.entry(), at.dates())));
            }
        }
        for cut in 0..content.len() {
            assert!(decode(sealed(content[..cut].to_vec()), HASH).is_none(), "cut at {cut}");
        }
    }
}

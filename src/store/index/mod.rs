//! The index: what lists, filters and lookups need of each session, so that they read the records of
//! the answer alone.
//!
//! It is a cache, and never the truth. For each folder of 256 (a shard) it has the id of the tree
//! from which it was made. A reader compares these ids with those in the tree at the tip: where they
//! agree, the rows are those of the records there, because a tree's id is that of its content.
//! Elsewhere it reads the tree, and of the records those whose blobs are not in the index. So the
//! index can be incomplete, but not out of date. What it says only rules records out; the ones that
//! may be wanted are read and asked themselves.
//!
//! [`IndexCache`] keeps it in memory and in the file `ao/index` in the common git directory, of which
//! a reader loads the [columns](Column) that its question needs, each with a checksum for each
//! shard. The file may be deleted at any time. Whoever has read many new records writes it anew,
//! beside the old one and then in its place, without waiting for anybody or for the disk. If it
//! cannot be written or read, or is not whole, that is no error: readers then do what they would do
//! without.
//!
//! A record that is damaged on the disk after it was indexed is noticed when it is read. Checks
//! ([`Store::check_all`](crate::store::Store::check_all)) and whole lists read them all.
//!
//! It is not used where objects are replaced (git-replace(1)), for other refs than the store's own,
//! and in stores with few sessions. Private sessions are in it, too: whoever can read the file can
//! read their records, because all files of the repository have the same permissions. No clone and
//! no push takes it along.

mod cache;
mod catalog;
mod columns;
mod file;
mod known;
mod place;
mod row;
mod shards;
mod table;
mod test;

pub(in crate::store) use cache::{ENOUGH, IndexCache};
pub(in crate::store) use catalog::Index;
pub(in crate::store) use columns::{Column, Columns};
pub(in crate::store) use known::RowAt;
pub(in crate::store) use place::{Part, Place};
pub(in crate::store) use row::{RowBuffer, hash, set};
pub(in crate::store) use shards::Shard;
pub(in crate::store) use test::Test;

/// Mixes all bytes, by eight. Each step can be undone, so no change of a single word goes
/// unnoticed.
pub(in crate::store) fn checksum(bytes: &[u8]) -> u64 {
    let mix = |sum: u64, word: [u8; 8]| {
        (sum.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| mix(sum, *word));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(sum, last)
}

//! The index: what lists, filters and lookups need of each public session, so that they read the
//! records of the answer alone.
//!
//! It is a cache, and never the truth. For each folder of 256 (a shard) it has the id of the tree
//! from which it was made. A reader compares these ids with those in the tree at the tip: where they
//! agree, the rows are those of the records there, because a tree's id is that of its content.
//! Elsewhere it reads the tree, and of the records those whose blobs are not in the index. So the
//! index can be incomplete, but not out of date. What it says only rules records out; the ones that
//! may be wanted are read and asked themselves.
//!
//! [`IndexCache`] keeps it in memory and in the file `ao/index` in the common git directory. The
//! file may be deleted at any time. Whoever has read many new records writes it anew, beside the old
//! one and then in its place, without waiting for anybody or for the disk. If it cannot be written
//! or read, or is not whole, that is no error: readers then do what they would do without.
//!
//! A record that is damaged on the disk after it was indexed is noticed when it is read. Checks
//! ([`Store::check_all`](crate::store::Store::check_all)) and whole lists read them all.
//!
//! It is not used where objects are replaced (git-replace(1)), for other refs than the store's own,
//! and in stores with few sessions. Private sessions are not in it.

mod cache;
mod file;
mod known;
mod place;
mod row;
mod shards;

pub(in crate::store) use cache::{ENOUGH, IndexCache};
pub(in crate::store) use file::checksum;
pub(in crate::store) use known::RowAt;
pub(in crate::store) use place::Place;
pub(in crate::store) use row::RowBuffer;
pub(in crate::store) use shards::{Index, Shard};

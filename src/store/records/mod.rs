//! The records whole, each as JSON, so that lists of all sessions need neither git's objects nor a
//! parser of YAML.
//!
//! It is a cache, and never the truth: the file `ao/records` in the common git directory. It has
//! each record under the id of its blob. Which blobs there are is for the trees to tell, or for the
//! [index](super::index); so the file can be incomplete, but not out of date.
//!
//! A record gets in only if it was decoded, and if its JSON stands for the same session.
//! Of any other, the file says that its object has to be read. Each record has a checksum. What is
//! damaged is read from its object, and the file is removed, to be recreated.
//!
//! The file may be deleted at any time. It is written by lists of all sessions that had to read
//! many objects, beside the old one and then in its place, without waiting for anybody or for the
//! disk. If it cannot be written or read, or is not whole, that is no error.
//!
//! As the index, it is not used where objects are replaced (git-replace(1)), for other refs than
//! the store's own, and in stores with few sessions. Private sessions are in it, too, with the
//! permissions of all files of the repository. A record that is damaged on the disk after it was
//! stored here is noticed by those who read it: checks
//! ([`Store::check_all`](crate::store::Store::check_all)) read all of them.

mod file;
mod stored;
mod table;
mod writer;

pub(in crate::store) use file::{Records, Share};
pub use stored::StoredRecord;
pub(in crate::store) use stored::encode;
pub(in crate::store) use table::Place;
pub(in crate::store) use writer::RecordsWriter;

use super::index::ENOUGH;

/// In a large file, new records are first to be this share of it: the file is written as a whole.
const SHARE: usize = 256;

/// Returns the number of records that are not in a file with this many from which it pays to write
/// it anew.
pub(in crate::store) fn enough(stored: usize) -> usize {
    ENOUGH.max(stored / SHARE)
}

//! The past: which events touched a session, by whom they were and what they did, so that a search
//! of the history reads the commits of its answer alone.
//!
//! It is a cache, and never the truth: the file `ao/history` in the common git directory. It has the
//! events in the past of one public event, in the order of the log. A reader reads those that are
//! not in it from their commits, and finds where they belong in the order. Each event of an answer
//! is read and asked itself.
//!
//! The file may be deleted at any time. It is written by readers who had to read many commits,
//! without waiting for anybody or for the disk; who writes events has nothing to do with it. It is
//! read in parts, each of which has a checksum. One that is damaged, of another version or of another
//! history is no error: readers then walk, as they do where there is none.
//!
//! It is not used where objects are replaced (git-replace(1)), in shallow clones, and for other refs
//! than the store's own. Private events are not in it. A commit that is damaged on the disk after it
//! was added is noticed when it is read.

mod encode;
mod file;
mod filter;
mod joined;
mod layout;
mod new;
mod order;
mod pages;
mod rows;
mod search;
mod select;
mod words;

#[cfg(test)]
mod tests;

pub(in crate::store) use filter::EventFilter;
pub(in crate::store) use joined::Joined;
pub(in crate::store) use search::Search;
pub(in crate::store) use select::Candidate;

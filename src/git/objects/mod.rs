//! Git's objects: reading and writing them.

mod backoff;
mod cache;
mod folders;
mod loose;
mod read;
mod tree;
mod verify;
mod write;

pub(super) use backoff::MissBackoff;
pub(super) use cache::ObjectCache;
pub(super) use folders::ObjectDirs;
pub(super) use loose::HitRate;
pub(super) use read::oid;
pub use tree::RawTree;

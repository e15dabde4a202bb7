//! Reads and writes git objects.

mod backoff;
mod cache;
mod folders;
mod generations;
mod handles;
mod id;
mod loose;
mod read;
mod tree;
mod verify;
mod write;

pub(super) use backoff::MissBackoff;
pub(super) use cache::ObjectCache;
pub(super) use folders::ObjectDirs;
pub(crate) use generations::Generations;
pub(super) use handles::{Handles, Replacements};
pub(crate) use id::{gix_id, oid, sha256};
pub(super) use loose::HitRate;
pub use tree::RawTree;

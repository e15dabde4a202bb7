//! Reads and writes git objects.

mod backoff;
mod cache;
mod commit_graph;
mod folders;
mod handles;
mod id;
mod links;
mod loose;
mod read;
mod tree;
mod verify;
mod write;

pub(super) use backoff::MissBackoff;
pub(super) use cache::ObjectCache;
pub(crate) use commit_graph::CommitGraph;
pub(super) use folders::ObjectDirs;
pub(super) use handles::{Handles, Replacements};
pub(crate) use id::{gix_id, oid, sha256};
pub(crate) use links::LinkReader;
pub(super) use loose::HitRate;
pub use tree::RawTree;

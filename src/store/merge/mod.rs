//! Merging another tip of the store into this one.
//!
//! The result depends only on the two tips, so two clones that merge the same tips make the same
//! commit.

mod base;
mod change;
mod compare;
mod contents;
mod decide;
mod rows;
mod tip;
mod trees;
mod unknown;

#[cfg(test)]
mod tests;

pub use change::{Change, ChangeKind};
pub use tip::{Histories, MergeMode, MergeOutcome, MergeReport};
pub(super) use trees::Trees;

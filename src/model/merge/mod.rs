//! Three-way merge of two records of one session.

mod order;
mod record;
mod set;

#[cfg(test)]
mod tests;

pub use record::{Merged, merge, merge_told};
pub(in crate::model) use set::merge as merge_tags;

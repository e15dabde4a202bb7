//! Three-way merge of two records of one session.

mod fields;
mod order;
mod set;

#[cfg(test)]
mod tests;

pub use fields::{Merged, merge, merge_told};
pub(in crate::model) use set::merge as merge_tags;

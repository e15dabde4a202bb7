//! Three-way merge of two records of one session.

mod order;
mod record;
mod set;

#[cfg(test)]
mod tests;

pub use record::{Merged, merge, merge_told};

//! Counts what was used in conversations.

mod count;
mod tally;

pub(in crate::ops) use count::{Counted, Used};
pub(in crate::ops) use tally::{CountedCopy, Tally};

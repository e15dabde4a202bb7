//! Filters for sessions, and the language in which people write them.

mod error;
mod expression;
mod field;
mod known;
mod predicate;
mod scanner;
mod unread;

#[cfg(test)]
mod tests;

pub use error::FilterError;
pub use field::{Field, Moment};
pub(crate) use known::{Known, combine};
pub use predicate::{Filter, Subject};
pub use unread::Unread;

//! What a person may change in a record by hand, and how it is written.

mod assignment;
mod nearest;
mod rules;
mod scalar;

#[cfg(test)]
mod tests;

pub use assignment::{Assignment, AssignmentError};
pub use nearest::nearest;
pub use rules::{Guard, RuleError, check_change, close_status};

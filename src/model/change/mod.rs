//! Manual changes to a record: their syntax and rules.

mod assignment;
mod rules;
mod scalar;

#[cfg(test)]
mod tests;

pub use assignment::{Assignment, AssignmentError};
pub use rules::{
    Guard, RuleError, broken_rules, check_change, check_fixed, check_new, check_update,
    close_status,
};

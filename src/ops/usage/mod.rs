//! Adds up what sessions have used.

mod count;
mod price;
mod report;
mod run;
mod tokens;

pub use report::{UsageKey, UsageReport, UsageRow};
pub use tokens::Tokens;

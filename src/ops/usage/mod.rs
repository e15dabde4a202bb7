//! Adds up what sessions have used.

mod deleted;
mod price;
mod report;
mod run;
mod sums;

pub use report::{UsageKey, UsageReport, UsageRow};

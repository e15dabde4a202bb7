//! Checks the repository, its settings and its sessions, and fixes problems.

mod apply;
mod branch;
mod check;
mod clocks;
mod decoration;
mod exclude;
mod finding;
mod fix;
mod heads;
mod hooks;
mod leftovers;
mod lost_event;
mod manual;
mod orphans;
mod programs;
mod refspecs;
mod remedy;
mod removals;
mod replica;
mod settings;
mod transcripts;
mod unfinished;
mod writing;

pub use finding::{Finding, Weight};
pub use fix::{FixOutcome, FixResult};
pub(super) use lost_event::lost_event;

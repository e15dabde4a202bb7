//! Checks the repository, its settings and its sessions, and fixes problems.

mod apply;
mod branch;
mod clocks;
mod decoration;
mod examine;
mod exclude;
mod finding;
mod hooks;
mod leftovers;
mod lost_event;
mod mend;
mod orphans;
mod programs;
mod refspecs;
mod remedy;
mod removals;
mod replica;
mod settings;
mod unfinished;
mod writing;

pub use examine::examine;
pub use finding::{Finding, Weight};
pub(super) use lost_event::lost_event;
pub use mend::{FixOutcome, Treated, mend};

//! Repairs a damaged ref: resets it to the newest intact state.

mod apply;
mod candidates;
mod inspector;
mod keep;
mod plan;
mod report;
mod run;
mod search;
mod state;

pub use report::{
    LostEvent, LostRecord, RecoveredFrom, RefRepair, RepairMode, RepairReport, Rescued,
};

pub(super) use inspector::Inspector;

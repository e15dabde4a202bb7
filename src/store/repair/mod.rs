//! A way back: from a ref that leads to no whole store, to the newest state that is whole.

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

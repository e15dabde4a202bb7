//! Reads the sessions of other programs from their stores, and the conversations of agents, without
//! changing anything there.
//!
//! Each format has a file of its own. A file that cannot be read does not hide the others: it is
//! [named](SkippedFile), with the reason. What a program's own loader would refuse is taken as far
//! as it can be, and the [session](ForeignSession) says why.

mod ao_core;
mod astrid;
mod claw;
mod contents;
mod cost_ledger;
mod file;
mod fit;
mod foreign_store;
mod history;
mod json;
mod lines;
mod record;
mod thulp;
mod turn_logs;

pub use contents::{ForeignContents, ForeignSession, SkipReason, SkippedFile};
pub use foreign_store::ForeignStore;
pub use history::read_history;
pub use record::ImportDefaults;
pub(crate) use record::session_id;

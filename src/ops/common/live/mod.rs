//! What is true of sessions now, on this replica: probed when it is asked for, and never stored.

mod agents;
mod base;
mod successor;
mod survey;

pub use agents::AgentState;
pub(in crate::ops) use agents::Probes;
pub use base::{Against, BaseStatus};
pub use survey::{Live, Scope, survey};

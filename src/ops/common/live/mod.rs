//! The present state of sessions in this clone: probed on demand, never stored.

mod agents;
mod base;
mod present;
mod standing;
mod successor;
mod survey;

pub use agents::AgentState;
pub(in crate::ops) use agents::Probes;
pub use base::{Against, BaseStatus};
pub(in crate::ops) use base::{base_tip, base_tips};
pub use standing::SessionStanding;
pub(in crate::ops) use successor::successor_of;
pub use survey::{Live, Scope};

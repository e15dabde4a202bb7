//! Decides whether a session's agent is alive.
//!
//! The evidence, most reliable first: the lock of the agent's supervisor, which the kernel releases
//! when the supervisor ends; the recorded processes of supervisor and agent; and the runtime, on
//! the server that the placement names. The agent is alive if any of them says so, and gone only if
//! all of them do.

mod agent_file;
mod check;
mod clone;
mod decide;
mod owner;
mod runtime;
pub(in crate::ops) mod stop;
mod supervised;

pub(in crate::ops) use agent_file::AgentFile;
pub(in crate::ops) use check::check_stopped;
pub(in crate::ops) use clone::{identity, processes};
pub use decide::Liveness;
pub(in crate::ops) use decide::{
    Looks, left_behind, liveness_after_end, liveness_of, of_processes,
};
pub(in crate::ops) use owner::{is_anothers, noted};
pub(in crate::ops) use runtime::of_placement;
pub(in crate::ops) use stop::stop;
pub(in crate::ops) use supervised::SupervisorProcess;

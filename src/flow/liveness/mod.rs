//! Whether a session's agent is alive: the one place that decides it.
//!
//! Witnesses, from the one that cannot be wrong: the lock of the process that looks after the
//! agent, which the kernel holds for as long as that lives; that process and the agent itself, as
//! they were written down; the runtime, on the server that the placement names. One that says alive
//! is believed. Gone is only what all of them call gone.

mod agent_file;
mod clone;
mod decide;
mod owner;
mod runtime;
mod stop;

pub(super) use agent_file::AgentFile;
pub(super) use clone::{identity, processes};
pub use decide::liveness_of;
pub use decide::{Liveness, liveness};
pub(super) use decide::{Looks, left_behind, of_processes};
pub(super) use owner::{is_anothers, noted};
pub(super) use runtime::of_placement;
pub(super) use stop::stop;

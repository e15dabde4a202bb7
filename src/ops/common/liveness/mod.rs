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
pub(in crate::ops) mod stop;

pub(in crate::ops) use agent_file::AgentFile;
pub(in crate::ops) use clone::{identity, processes};
pub use decide::liveness_of;
pub use decide::{Liveness, liveness};
pub(in crate::ops) use decide::{Looks, left_behind, of_processes};
pub(in crate::ops) use owner::{is_anothers, noted};
pub(in crate::ops) use runtime::of_placement;
pub(in crate::ops) use stop::stop;

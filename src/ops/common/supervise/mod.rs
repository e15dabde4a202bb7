//! Looks after running agents: starts them, and records their conversation and their end.

mod child;
mod home;
mod hosted;
mod log_lines;
mod prepare;
mod running;

pub(in crate::ops) use home::Home;
pub(in crate::ops) use hosted::begin_in_process;
pub(in crate::ops) use prepare::{Surroundings, prepare};
pub(in crate::ops) use running::record_end;

//! The databases of agents: one file per agent.

mod goose;
mod opencode;
mod opencode_export;

pub(super) use goose::GOOSE;
pub(super) use opencode::OPENCODE;

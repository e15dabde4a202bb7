//! The databases of agents: one file per agent.

mod goose;
mod opencode;

pub(super) use goose::GOOSE;
pub(super) use opencode::OPENCODE;

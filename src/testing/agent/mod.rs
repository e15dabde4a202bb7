//! The laws of agents.

mod conversations;
mod hostile;
mod plans;
mod stage;
mod subject;
mod table;
mod text;

pub use subject::AgentLaws;

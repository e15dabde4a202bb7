//! What a person does with sessions: each verb ties records, branches and worktrees together.

mod agents;
mod error;
mod fork;
mod issue;
mod spawn;

pub use agents::{AgentReport, agent_reports};
pub use error::{FlowError, Interrupt};
pub use fork::fork_request;
pub use issue::Ticket;
pub use spawn::{Duplicates, Place, Plan, Request, Spawned, plan, spawn};

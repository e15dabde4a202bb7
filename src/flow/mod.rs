//! What a person does with sessions: each verb ties records, branches and worktrees together.

mod agents;
mod error;
mod fork;
mod issue;
mod live;
mod spawn;

pub use agents::{AgentReport, agent_reports};
pub use error::{FlowError, Interrupt};
pub use fork::fork_request;
pub use issue::Ticket;
pub use live::{AgentState, Live, Scope, probe, survey};
pub use spawn::{Duplicates, Place, Plan, Request, Spawned, plan, spawn};

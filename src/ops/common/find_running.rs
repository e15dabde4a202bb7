//! Finds the running agent of a session.

use std::sync::Arc;

use crate::model::Session;
use crate::ops::common::liveness::{Liveness, of_placement};
use crate::ops::common::{AgentStateError, ElsewhereError, Engine, OpsError, elsewhere, placement};
use crate::runtime::{Probe, Runtime};

/// A session's agent that is running in this clone.
#[non_exhaustive]
pub struct RunningAgent {
    /// The runtime.
    pub runtime: Arc<dyn Runtime>,
    /// The runtime's handle.
    pub handle: String,
}

impl Engine {
    /// Finds a session's running agent.
    ///
    /// # Errors
    /// Fails if the agent is in another clone, was never started, is gone, cannot be reached, or if its
    /// state cannot be determined.
    pub fn find_running(&self, session: &Session) -> Result<RunningAgent, OpsError> {
        let store = self.store();
        let id = session.id;
        let here = placement(store, session);
        let started =
            here.and_then(|here| Some((here.runtime.as_deref()?, here.handle.as_deref()?)));
        let Some((name, handle)) = started.filter(|(name, _)| *name != "none") else {
            if let Some(replica) = elsewhere(store, session) {
                return Err(ElsewhereError::NotReachable { id, replica: replica.to_owned() }.into());
            }
            // Cleaning up a session also removes its placement.
            let was_cleaned_up =
                here.is_none() && session.agent.is_some() && session.status.is_terminal();
            return Err(match was_cleaned_up {
                true => AgentStateError::Gone { id, status: session.status.clone() }.into(),
                false => AgentStateError::NotStarted(id).into(),
            });
        };
        let pid = match self.liveness(session) {
            Liveness::Alive { pid } => pid,
            Liveness::Gone => {
                return Err(AgentStateError::Gone { id, status: session.status.clone() }.into());
            }
            Liveness::Unknown(source) => return Err(AgentStateError::Unknown { id, source }.into()),
        };
        let runtime = here.map(|here| of_placement(self, name, here)).transpose();
        match runtime {
            Ok(Some(runtime)) => match runtime.probe(&id, handle) {
                Probe::Alive { .. } => Ok(RunningAgent { runtime, handle: handle.to_owned() }),
                Probe::Gone => Err(AgentStateError::Unreachable { id, pid, source: None }.into()),
                Probe::Unknown(source) => {
                    Err(AgentStateError::Unreachable { id, pid, source: Some(source) }.into())
                }
            },
            Ok(None) => Err(AgentStateError::NotStarted(id).into()),
            Err(source) => {
                Err(AgentStateError::Unreachable { id, pid, source: Some(source) }.into())
            }
        }
    }
}

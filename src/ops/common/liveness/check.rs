use super::{Liveness, liveness_after_end, of_processes};
use crate::model::{Session, SessionId};
use crate::ops::common::{AgentStateError, Engine};

/// Refuses a session whose agent may still be running.
///
/// # Errors
/// Fails if the agent is running, or if its state cannot be determined.
pub fn check_stopped(
    engine: &Engine,
    id: SessionId,
    session: Option<&Session>,
    title: &str,
) -> Result<(), AgentStateError> {
    let liveness = match session {
        Some(session) => liveness_after_end(engine, session),
        None => of_processes(engine.repository(), id),
    };
    match liveness {
        Liveness::Gone => Ok(()),
        Liveness::Alive { .. } => {
            Err(AgentStateError::StillRunning { id, title: title.to_owned() })
        }
        Liveness::Unknown(source) => Err(AgentStateError::Unknown { id, source }),
    }
}

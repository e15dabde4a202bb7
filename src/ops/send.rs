use crate::agent::{AgentError, Agents};
use crate::model::Session;
use crate::ops::common::{AgentStateError, OpsError, find_running::find_running};
use crate::runtime::RuntimeError;
use crate::store::Store;

/// Types a text into the terminal of a session's agent and submits it.
///
/// # Errors
/// Fails like [`find_running`], if the runtime has no terminal, or if the text does not appear on
/// the screen.
pub fn send(store: &Store, session: &Session, text: &str) -> Result<(), OpsError> {
    let reached = find_running(store, session)?;
    let agents = Agents::of(store.repository());
    let text = match agents.find(session.agent.as_deref().unwrap_or_default()) {
        Ok(agent) => agent.typed(text),
        // The agent is running, even if its name is no longer configured here.
        Err(AgentError::Unknown { .. }) => text.to_owned(),
        Err(error) => return Err(error.into()),
    };
    reached.runtime.send(&session.id, &reached.handle, &text).map_err(|error| match error {
        source @ (RuntimeError::NotShown | RuntimeError::Draft | RuntimeError::NotSubmitted) => {
            AgentStateError::NotSubmitted { id: session.id, source }.into()
        }
        error => error.into(),
    })
}

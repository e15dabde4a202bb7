use crate::agent::AgentError;
use crate::ops::common::{AgentStateError, Engine, OpsError};
use crate::runtime::{Attach, RuntimeError, TerminalKey};
use crate::store::Key;

impl Engine {
    /// Types a text into the terminal of a session's agent and submits it.
    ///
    /// # Errors
    /// Fails like [`find_running`](Self::find_running), if the runtime has no terminal, or if the
    /// text does not appear on the screen.
    pub fn send(&self, key: impl Into<Key>, text: &str) -> Result<(), OpsError> {
        let session = self.store().snapshot()?.session(key)?;
        let reached = self.find_running(&session)?;
        let agents = self.agents();
        let text = match agents.find(session.agent.as_deref().unwrap_or_default()) {
            Ok(agent) => agent.typed(text),
            // The agent is running, even if its name is no longer configured here.
            Err(AgentError::Unknown { .. }) => text.to_owned(),
            Err(error) => return Err(error.into()),
        };
        reached.runtime.send(&session.id, &reached.handle, &text).map_err(|error| match error {
            source
            @ (RuntimeError::NotShown | RuntimeError::Draft | RuntimeError::NotSubmitted) => {
                AgentStateError::NotSubmitted { id: session.id, source }.into()
            }
            error => error.into(),
        })
    }

    /// Presses keys in the terminal of a session's agent, to answer what it asks.
    ///
    /// # Errors
    /// Fails like [`find_running`](Self::find_running), or if the runtime has no terminal.
    pub fn press(&self, key: impl Into<Key>, keys: &[TerminalKey]) -> Result<(), OpsError> {
        let session = self.store().snapshot()?.session(key)?;
        let reached = self.find_running(&session)?;
        Ok(reached.runtime.press(&session.id, &reached.handle, keys)?)
    }

    /// Returns the command that attaches a person to the terminal of a session's agent.
    ///
    /// # Errors
    /// Fails like [`find_running`](Self::find_running), or if the runtime has no terminal.
    pub fn attach(&self, key: impl Into<Key>) -> Result<Attach, OpsError> {
        let session = self.store().snapshot()?.session(key)?;
        let reached = self.find_running(&session)?;
        Ok(reached.runtime.attach(&session.id, &reached.handle)?)
    }
}

use std::time::Duration;

use crate::agent::AgentError;
use crate::model::{Activity, Session};
use crate::ops::common::activity::{Sent, now};
use crate::ops::common::{AgentStateError, Engine, OpsError};
use crate::runtime::{Attach, RuntimeError, TerminalKey};
use crate::store::Key;

/// How long an agent may take to show that it has begun with a prompt, or has seen a key.
const PROMPT: Duration = Duration::from_secs(30);
const KEY: Duration = Duration::from_secs(10);

impl Engine {
    /// Types a text into the terminal of a session's agent and submits it. From then on, the agent
    /// counts as active until it has answered, or for half a minute if it shows no effect.
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
        let send = || reached.runtime.send(&session.id, &reached.handle, &text);
        self.noting(&session, PROMPT, send).map_err(|error| match error {
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
        let press = || reached.runtime.press(&session.id, &reached.handle, keys);
        Ok(self.noting(&session, KEY, press)?)
    }

    /// Sends something, and notes when, so that what the agent waited for before is not mistaken for
    /// the answer.
    fn noting(
        &self,
        session: &Session,
        patience: Duration,
        send: impl FnOnce() -> Result<(), RuntimeError>,
    ) -> Result<(), RuntimeError> {
        let attention = self.attention(&[session]).pop();
        let activity = attention.and_then(|it| it.activity).map(|report| report.activity);
        let before = now();
        send()?;
        // The turn of one that was at work may have ended while the text was typed. Of another one,
        // the answer may be there already.
        let at = if activity == Some(Activity::Active) { now() } else { before };
        Sent::new(at, patience).note(self.store().repository(), session.id);
        Ok(())
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

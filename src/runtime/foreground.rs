use std::time::Duration;

use super::{Probe, Process, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal};
use crate::model::SessionId;

/// Lets the caller run the agent in its own terminal. The handle is the caller's process.
#[derive(Debug, Clone, Copy)]
pub struct Foreground;

impl Runtime for Foreground {
    fn name(&self) -> &str {
        "foreground"
    }

    fn terminal(&self) -> Terminal {
        Terminal::Present
    }

    fn start(&self, _: &SessionId, _: &ProcessSpec) -> Result<Started, RuntimeError> {
        Ok(Started::Here(Process::current()?.to_string()))
    }

    fn probe(&self, _: &SessionId, handle: &str) -> Probe {
        Process::probe_handle(self.name(), handle)
    }

    fn stop(&self, _: &SessionId, handle: &str, grace: Duration) -> Result<Stopped, RuntimeError> {
        Process::of_handle(self.name(), handle)?.stop(grace)
    }
}

use std::time::Duration;

use super::{Probe, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal};
use crate::model::SessionId;

/// Starts nothing: the session is only a record, and the work is done elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct NoRuntime;

impl Runtime for NoRuntime {
    fn name(&self) -> &str {
        "none"
    }

    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }

    fn start(&self, _: &SessionId, _: &ProcessSpec) -> Result<Started, RuntimeError> {
        Ok(Started::Nothing)
    }

    fn probe(&self, _: &SessionId, _: &str) -> Probe {
        Probe::Gone
    }

    fn stop(&self, _: &SessionId, _: &str, _: Duration) -> Result<Stopped, RuntimeError> {
        Ok(Stopped::AlreadyGone)
    }
}

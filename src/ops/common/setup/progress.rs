use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::model::Session;
use crate::ops::common::run_request::key_of;
use crate::ops::common::{Engine, OpsError};
use crate::workspace;

/// How far the setup of a worktree has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupProgress {
    /// It is done, or there was none.
    Done,
    /// It is still running, as far as is known.
    Running,
    /// It has failed, for this reason, so that no agent was started.
    Failed(String),
}

/// How often to look whether a setup has ended.
const LOOK: Duration = Duration::from_millis(20);

impl Engine {
    /// Returns how far the setup of a session's worktree has come, after waiting for at most
    /// `patience` for its end. Its supervisor runs it. If it has failed, `session` is as recorded
    /// since.
    ///
    /// # Errors
    /// Fails if the record cannot be read.
    pub fn setup_progress(
        &self,
        session: &mut Session,
        top: &Path,
        patience: Duration,
    ) -> Result<SetupProgress, OpsError> {
        let start = Instant::now();
        while workspace::awaits_setup(top) {
            let now = self.store().snapshot()?.session(key_of(session))?;
            if let Some(why) = now.failed_start() {
                *session = now;
                return Ok(SetupProgress::Failed(why));
            }
            if start.elapsed() >= patience || self.interrupt().is_set() {
                return Ok(SetupProgress::Running);
            }
            thread::sleep(LOOK);
        }
        Ok(SetupProgress::Done)
    }
}

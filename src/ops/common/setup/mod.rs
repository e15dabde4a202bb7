//! Sets up a new worktree, and tears it down before it is removed.

mod left;
mod output;
mod program;
mod run;
mod trusted;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

pub use self::left::LeftSetups;
pub(in crate::ops) use self::output::SetupScreen;
use self::output::setup_output;
use self::program::programs;
use self::run::run;
pub use self::trusted::{ProgramTrust, TreeProgram};
use crate::model::{AgentEnd, Session};
use crate::ops::common::run_request::key_of;
use crate::ops::common::supervise::record_end;
use crate::ops::common::{Engine, OpsError};
use crate::workspace;

/// Whether the setup or the teardown of a worktree runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setup {
    /// It runs.
    #[default]
    Run,
    /// It does not run.
    Skip,
}

/// What to do with a worktree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the agent starts.
    Setup,
    /// Before the worktree is removed.
    Teardown,
}

impl Phase {
    /// Returns the name, which is that of the program in `.ao/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Teardown => "teardown",
        }
    }
}

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

    /// Notes that a new worktree is to be set up before its agent starts, if there is a setup.
    pub(in crate::ops) fn await_setup(&self, top: &Path, setup: Setup) -> Result<(), OpsError> {
        if setup == Setup::Run && !programs(self.repository(), top, Phase::Setup)?.is_empty() {
            workspace::await_setup(top)?;
        }
        Ok(())
    }

    /// Sets a worktree up if that is still to be done. A setup that fails is tried again the next
    /// time.
    pub(in crate::ops) fn set_up(
        &self,
        session: &Session,
        top: &Path,
        screen: SetupScreen,
    ) -> Result<(), OpsError> {
        if !workspace::awaits_setup(top) {
            return Ok(());
        }
        self.run_phase(session, top, (Phase::Setup, screen))?;
        workspace::end_setup(top)?;
        Ok(())
    }

    /// Sets a worktree up in which no agent starts that would have to wait for it. If that fails,
    /// the session is recorded as errored. Returns why.
    pub(in crate::ops) fn set_up_alone(
        &self,
        session: &mut Session,
        top: &Path,
    ) -> Result<Option<String>, OpsError> {
        let Err(error) = self.set_up(session, top, SetupScreen::Nothing) else { return Ok(None) };
        let end = AgentEnd::NotStarted(error.to_string());
        let key = key_of(session);
        record_end(self.store(), &key, None, &end, None)?;
        *session = self.store().snapshot()?.session(key)?;
        Ok(Some(error.to_string()))
    }

    /// Runs the programs of a phase in a worktree. Their output goes to the session's log. Returns
    /// false if there are none.
    pub(in crate::ops) fn run_phase(
        &self,
        session: &Session,
        top: &Path,
        (phase, screen): (Phase, SetupScreen),
    ) -> Result<bool, OpsError> {
        let programs = programs(self.repository(), top, phase)?;
        let is_something = !programs.is_empty();
        for program in programs {
            let output = setup_output(self.store(), session.id, screen);
            run(self, session, top, (program, output))?;
        }
        Ok(is_something)
    }
}

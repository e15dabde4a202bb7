//! Sets up a new worktree, and tears it down before it is removed.

mod left;
mod output;
mod program;
mod progress;
mod run;
mod trusted;
mod unusable;

use std::path::Path;

pub use self::left::LeftSetups;
pub(in crate::ops) use self::output::SetupScreen;
use self::output::setup_output;
use self::program::programs;
pub use self::progress::SetupProgress;
use self::run::run;
pub use self::trusted::{ProgramTrust, TreeProgram};
pub use self::unusable::{Unusable, UnusableProgram};
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

impl Engine {
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

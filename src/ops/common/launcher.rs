//! Chooses agents and runtimes, and starts them.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::agent::{Agent, AgentError};
use crate::model::{Session, Timestamp};
use crate::ops::common::launch_request::{LaunchInputs, brief};
use crate::ops::common::session_env::WORKTREE_ENV;
use crate::ops::common::{
    Caller, Engine, LaunchError, OpsError, Run, SESSION_ENV, Start, Supervisor,
};
use crate::runtime::{ExitReport, ProcessSpec, Runtime, RuntimeError, Started, Terminal};

/// The agent chosen for a session.
#[derive(Debug)]
pub enum AgentChoice {
    /// This agent.
    Agent(String),
    /// No agent, for this reason.
    NoAgent(AgentError),
}

/// Returns true if a file may be executed by somebody.
fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.mode() & 0o111 != 0)
}

impl Engine {
    /// Chooses an agent: the one named `asked`, otherwise the configured one, otherwise the only
    /// installed one.
    ///
    /// # Errors
    /// Fails if the named agent is unknown, or if its configuration is invalid.
    pub fn choose_agent(&self, asked: Option<&str>) -> Result<AgentChoice, AgentError> {
        let configured = self.repository().settings().agent();
        let environment = self.repository().environment();
        match self.agents().choose(asked, configured.as_deref(), environment) {
            Ok(agent) => Ok(AgentChoice::Agent(agent.name().to_owned())),
            Err(none @ (AgentError::NoneFound { .. } | AgentError::SeveralFound { .. })) => {
                Ok(AgentChoice::NoAgent(none))
            }
            Err(error) => Err(error),
        }
    }

    /// Chooses a runtime: the one named `asked`, otherwise the configured one, otherwise tmux if a
    /// supported version is installed, otherwise `detached`.
    ///
    /// # Errors
    /// Fails if the runtime is unknown, not installed or too old.
    pub fn choose_runtime(&self, asked: Option<&str>) -> Result<Arc<dyn Runtime>, RuntimeError> {
        let configured = self.repository().settings().runtime();
        match asked.or(configured.as_deref()) {
            Some(name) => {
                let runtime = self.runtime_named(name, None)?;
                runtime.check()?;
                Ok(runtime)
            }
            None => match self.runtime_named("tmux", None).and_then(|it| it.check().map(|()| it)) {
                Err(RuntimeError::NotInstalled(_) | RuntimeError::TooOld { .. }) => {
                    self.runtime_named("detached", None)
                }
                tmux => tmux,
            },
        }
    }

    /// Finds the program of an agent. It is empty for an agent of the library's user that needs none.
    ///
    /// # Errors
    /// Fails if it is not installed.
    pub(in crate::ops) fn installed(&self, agent: &dyn Agent) -> Result<PathBuf, OpsError> {
        let program = agent.program();
        // A relative path is resolved in the workspace.
        if program.contains('/') && Path::new(program).is_relative() {
            return Ok(program.into());
        }
        if program.is_empty() && self.agents().is_own(agent.name()) {
            return Ok(PathBuf::new());
        }
        if program.is_empty() {
            return Err(AgentError::NoCommand { name: agent.name().to_owned() }.into());
        }
        let missing = || LaunchError::NotInstalled {
            agent: agent.name().to_owned(),
            program: program.to_owned(),
        };
        self.repository().environment().find_program(program).ok_or_else(|| missing().into())
    }

    /// Checks whether an agent could be started, without starting it, so that problems are found
    /// before anything is created. `parent` is the session from which it is forked.
    ///
    /// # Errors
    /// Fails if the agent is unknown, not installed, or does not support the action here, or if its
    /// supervisor is missing.
    pub(in crate::ops) fn check_start(
        &self,
        session: &Session,
        parent: Option<&Session>,
        workspace: &Path,
        start: &Start,
    ) -> Result<(), OpsError> {
        if !start.runs_something() {
            return Ok(());
        }
        let agents = self.agents();
        let agent = agents.find(session.agent.as_deref().unwrap_or_default())?;
        match self.supervisor() {
            Supervisor::GitAo(_) if agents.is_own(agent.name()) => {
                return Err(LaunchError::UnknownToSupervisor(agent.name().to_owned()).into());
            }
            Supervisor::GitAo(program) | Supervisor::Program(program) if !is_program(program) => {
                return Err(LaunchError::NoSupervisor(program.clone()).into());
            }
            _ => {}
        }
        self.installed(agent)?;
        brief(&LaunchInputs {
            store: self.store(),
            agent,
            session,
            parent,
            workspace,
            action: start.action,
            terminal: start.runtime.terminal(),
            text: start.text.as_deref(),
            hook_program: None,
        })?;
        Ok(())
    }

    /// Starts a session's supervisor in the runtime, in the session's workspace. `at` is the time
    /// of the placement that the supervisor must find in the record.
    pub(in crate::ops) fn start_supervisor(
        &self,
        program: &Path,
        session: &Session,
        workspace: &Path,
        start: &Start,
        at: Timestamp,
    ) -> Result<Started, OpsError> {
        let turn = Caller::Runtime(Some(at));
        let run = Run { session: session.id, action: start.action, turn };
        let mut argv = vec![OsString::from(program)];
        argv.extend(run.to_args());
        let log = match start.runtime.terminal() {
            Terminal::Absent if start.runs_something() => {
                Some(crate::ops::common::log_file(self.repository(), session.id)?)
            }
            _ => None,
        };
        // A tmux server has the environment of the process that started it, so pass our own.
        let agents = self.agents();
        let agent = session.agent.as_deref().and_then(|name| agents.find(name).ok());
        let homes = agent.map(Agent::home_variables).unwrap_or_default();
        let is_ours = |name: &str| {
            matches!(name, "PATH" | "HOME")
                || name.starts_with("GIT_CONFIG")
                || homes.contains(&name)
        };
        let environment = self.repository().environment().clone();
        let set = environment.iter().filter(|(name, _)| name.to_str().is_some_and(is_ours));
        let set = set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let not_ours =
            crate::git::LOCAL_ENV.iter().chain(&SESSION_ENV).chain(&WORKTREE_ENV).copied();
        // Settings given with `git -c` are for the supervisor, which does not pass them on to the
        // agent.
        let inherited =
            environment.set_by_git().into_iter().filter(|name| *name != "GIT_CONFIG_PARAMETERS");
        let remove = not_ours.chain(inherited);
        // A variable that is not set here must not be inherited from the server either.
        let remove = remove.chain(homes.iter().copied().filter(|name| !environment.has(name)));
        let remove = remove.map(OsString::from).collect();
        let plan = ProcessSpec {
            argv,
            cwd: workspace.to_owned(),
            environment,
            set,
            remove,
            log,
            input: None,
            report: ExitReport::Dropped,
        };
        Ok(start.runtime.start(&session.id, &plan)?)
    }
}

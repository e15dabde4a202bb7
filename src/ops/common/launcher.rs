//! Chooses agents and runtimes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::agent::{Action, Agent, AgentError, Agents};
use crate::git::{Environment, Repository};
use crate::model::{Session, Timestamp};
use crate::ops::common::launch_request::{LaunchInputs, brief};
use crate::ops::common::{LaunchError, OpsError, Start};
use crate::runtime::{self, ProcessSpec, Runtime, RuntimeError, Started, Terminal, Tmux};
use crate::store::Store;

/// Starts the agents of one repository.
///
/// The commands come from the built-in table and from git config, never from a record.
pub struct Launcher {
    agents: Agents,
    /// The git-ao program whose verb `run` supervises an agent.
    program: PathBuf,
    environment: Environment,
    configured: Configured,
}

struct Configured {
    agent: Option<String>,
    runtime: Option<String>,
    tmux_socket: Option<String>,
}

/// The agent chosen for a session.
pub enum AgentChoice {
    /// This agent.
    Agent(String),
    /// No agent, for this reason.
    NoAgent(AgentError),
}

impl Launcher {
    /// Makes a launcher from git's configuration and PATH. `program` is the git-ao that supervises
    /// agents.
    pub fn new(repo: &Repository, program: PathBuf) -> Self {
        let settings = repo.settings();
        let configured = Configured {
            agent: settings.agent(),
            runtime: settings.runtime(),
            tmux_socket: settings.tmux_socket(),
        };
        let environment = repo.environment().clone();
        Self { agents: Agents::of(repo), program, environment, configured }
    }

    /// Returns the known agents.
    pub fn agents(&self) -> &Agents {
        &self.agents
    }

    /// Chooses an agent: the one named `asked`, otherwise the configured one, otherwise the only
    /// installed one.
    ///
    /// # Errors
    /// Fails if the named agent is unknown, or if its configuration is invalid.
    pub fn choose_agent(&self, asked: Option<&str>) -> Result<AgentChoice, AgentError> {
        match self.agents.choose(asked, self.configured.agent.as_deref(), &self.environment) {
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
    pub fn runtime(&self, asked: Option<&str>) -> Result<Box<dyn Runtime>, RuntimeError> {
        match asked.or(self.configured.runtime.as_deref()) {
            Some("tmux") => self.tmux(),
            Some(name) => self.named(name),
            None => match self.tmux() {
                Err(RuntimeError::NotInstalled(_) | RuntimeError::TooOld { .. }) => {
                    self.named("detached")
                }
                tmux => tmux,
            },
        }
    }

    fn tmux(&self) -> Result<Box<dyn Runtime>, RuntimeError> {
        if self.environment.find_program("tmux").is_none() {
            return Err(RuntimeError::NotInstalled("tmux".to_owned()));
        }
        let tmux = Tmux::new(self.configured.tmux_socket.as_deref(), &self.environment)?;
        tmux.check()?;
        Ok(Box::new(tmux))
    }

    /// Returns the runtime that a placement names.
    ///
    /// # Errors
    /// Fails if there is no such runtime.
    pub fn named(&self, name: &str) -> Result<Box<dyn Runtime>, RuntimeError> {
        runtime::named(name, self.configured.tmux_socket.as_deref(), &self.environment)
    }

    /// Finds the program of an agent.
    ///
    /// # Errors
    /// Fails if it is not installed.
    pub fn installed(&self, agent: &dyn Agent) -> Result<PathBuf, OpsError> {
        let program = agent.program();
        // A relative path is resolved in the workspace.
        if program.contains('/') && Path::new(program).is_relative() {
            return Ok(program.into());
        }
        if program.is_empty() {
            return Err(AgentError::NoCommand { name: agent.name().to_owned() }.into());
        }
        let missing = || LaunchError::NotInstalled {
            agent: agent.name().to_owned(),
            program: program.to_owned(),
        };
        self.environment.find_program(program).ok_or_else(|| missing().into())
    }

    /// Checks whether an agent could be started, without starting it, so that problems are found
    /// before anything is created.
    ///
    /// # Errors
    /// Fails if the agent is unknown, not installed, or does not support the action here.
    pub fn check(
        &self,
        store: &Store,
        session: &Session,
        workspace: &Path,
        start: &Start,
    ) -> Result<(), OpsError> {
        if !start.runs_something() {
            return Ok(());
        }
        let agent = self.agents.find(session.agent.as_deref().unwrap_or_default())?;
        self.installed(agent)?;
        let parent = crate::ops::common::launch_request::parent(store, session)?;
        brief(&LaunchInputs {
            store,
            agent,
            session,
            parent: parent.as_ref(),
            workspace,
            action: start.action,
            terminal: start.runtime.terminal(),
            text: start.text.as_deref(),
        })?;
        Ok(())
    }

    /// Starts `git-ao run` for a session in the runtime, in the session's workspace. `at` is the
    /// time of the placement that `git-ao run` must find in the record.
    pub(in crate::ops) fn start(
        &self,
        repo: &Repository,
        session: &Session,
        workspace: &Path,
        start: &Start,
        at: Timestamp,
    ) -> Result<Started, OpsError> {
        let mut argv: Vec<OsString> = vec![self.program.clone().into()];
        argv.extend(["run", "--wait", "--placed", &at.to_string()].map(OsString::from));
        argv.extend(match start.action {
            Action::Launch => None,
            Action::Resume => Some("--resume".into()),
            Action::Fork => Some("--fork".into()),
        });
        argv.push(session.id.to_string().into());
        let log = match start.runtime.terminal() {
            Terminal::Absent if start.runs_something() => {
                Some(crate::ops::common::log_file(repo, session.id)?)
            }
            _ => None,
        };
        // A tmux server has the environment of the process that started it, so pass our own.
        let agent = session.agent.as_deref().and_then(|name| self.agents.find(name).ok());
        let home = agent.and_then(Agent::home_variable);
        let is_ours = |name: &str| {
            matches!(name, "PATH" | "HOME") || name.starts_with("GIT_CONFIG") || Some(name) == home
        };
        let environment = repo.environment().clone();
        let set = environment.iter().filter(|(name, _)| name.to_str().is_some_and(is_ours));
        let set = set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let not_ours =
            crate::git::LOCAL_ENV.iter().chain(&crate::ops::common::SESSION_ENV).copied();
        // Settings given with `git -c` are for the supervisor, which does not pass them on to the
        // agent.
        let inherited =
            environment.set_by_git().into_iter().filter(|name| *name != "GIT_CONFIG_PARAMETERS");
        let remove = not_ours.chain(inherited);
        // A variable that is not set here must not be inherited from the server either.
        let remove = remove.chain(home.filter(|name| !environment.has(name)));
        let remove = remove.map(OsString::from).collect();
        let plan = ProcessSpec { argv, cwd: workspace.to_owned(), environment, set, remove, log };
        Ok(start.runtime.start(&session.id, &plan)?)
    }
}

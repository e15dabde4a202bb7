use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::config::{self, AgentSetting, Trust};
use super::spec::Spec;
use super::{Agent, AgentError, table};
use crate::git::{Environment, Repository};

/// The known agents: the built-in ones, those in git's configuration, and those of the library's
/// user.
#[derive(Clone)]
pub struct Agents {
    specs: Vec<Spec>,
    own: Vec<Arc<dyn Agent>>,
}

/// An installed agent.
#[non_exhaustive]
pub struct InstalledAgent<'a> {
    /// The agent.
    pub agent: &'a dyn Agent,
    /// Its program.
    pub program: PathBuf,
}

impl Agents {
    /// Returns the built-in agents.
    pub fn builtin() -> Self {
        Self::of_specs(table::builtin())
    }

    fn of_specs(specs: Vec<Spec>) -> Self {
        Self { specs, own: Vec::new() }
    }

    /// Adds an agent. It takes precedence over any other of the same name.
    pub fn add(&mut self, agent: Arc<dyn Agent>) {
        self.specs.retain(|spec| spec.name != agent.name());
        self.own.retain(|own| own.name() != agent.name());
        self.own.push(agent);
    }

    /// Returns true if an agent was [added](Self::add) under this name.
    pub fn is_own(&self, name: &str) -> bool {
        self.own(name).is_some()
    }

    /// Returns the built-in agents with the changes and additions of the configuration entries
    /// below `ao.agent.`; other entries are ignored.
    ///
    /// An invalid or untrusted entry affects its own agent only: that agent cannot be used, and is
    /// never replaced by another program.
    pub fn with_config<'a>(entries: impl IntoIterator<Item = AgentSetting<'a>>) -> Self {
        let mut specs = table::builtin();
        // A command may replace the forms, so it comes before entries that set one.
        let (commands, others): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(config::is_command);
        for entry in commands.iter().chain(&others) {
            config::apply(&mut specs, entry);
        }
        Self::of_specs(specs)
    }

    /// Returns the agents of a repository: the built-in ones and those in its git configuration,
    /// after a look at it.
    pub fn of(repo: &Repository) -> Self {
        // The next snapshot or write reports the error.
        let _ = repo.refresh();
        let entries = repo.config_entries("ao");
        Self::with_config(entries.iter().map(|entry| AgentSetting {
            key: &entry.key,
            value: &entry.value,
            trust: if entry.is_trusted { Trust::Trusted } else { Trust::Untrusted },
        }))
    }

    /// Returns all names, the built-in ones first, including those of unusable agents.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let specs = self.specs.iter().map(|spec| spec.name.as_str());
        specs.chain(self.own.iter().map(|agent| agent.name()))
    }

    /// Iterates over the usable agents, the built-in ones first.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Agent> {
        self.usable()
    }

    /// Iterates over the problems of unusable agents.
    pub fn problems(&self) -> impl Iterator<Item = &AgentError> {
        self.specs.iter().flat_map(|spec| &spec.problems)
    }

    /// Returns the agent with this name.
    ///
    /// # Errors
    /// Fails if there is no such agent, or if its configuration is invalid.
    pub fn find(&self, name: &str) -> Result<&dyn Agent, AgentError> {
        match self.own(name) {
            Some(own) => Ok(&**own),
            None => Ok(self.spec(name)?),
        }
    }

    fn own(&self, name: &str) -> Option<&Arc<dyn Agent>> {
        self.own.iter().find(|agent| agent.name() == name)
    }

    fn spec(&self, name: &str) -> Result<&Spec, AgentError> {
        let found = self.specs.iter().find(|spec| spec.name == name);
        let spec = found.ok_or_else(|| AgentError::Unknown {
            name: name.chars().take(64).collect(),
            known: self.iter().map(|agent| agent.name().to_owned()).collect(),
        })?;
        match spec.problems.first() {
            Some(problem) => Err(problem.clone()),
            None => Ok(spec),
        }
    }

    /// Returns the agent with this name, for longer than this value lives.
    ///
    /// # Errors
    /// Fails like [`find`](Self::find).
    pub fn shared(&self, name: &str) -> Result<Arc<dyn Agent>, AgentError> {
        match self.own(name) {
            Some(own) => Ok(Arc::clone(own)),
            None => Ok(Arc::new(self.spec(name)?.clone())),
        }
    }

    /// Returns the usable agents that are installed. Runs no program.
    pub fn installed(&self, environment: &Environment) -> Vec<InstalledAgent<'_>> {
        let installed = |agent: &'_ dyn Agent| environment.find_program(agent.program());
        self.usable()
            .filter_map(|agent| installed(agent).map(|program| InstalledAgent { agent, program }))
            .collect()
    }

    /// Chooses an agent: the one named `asked`, otherwise the configured one, otherwise the only
    /// installed one.
    ///
    /// # Errors
    /// Fails if the named agent is unknown or its configuration is invalid. If no agent is named,
    /// fails unless exactly one is installed.
    pub fn choose(
        &self,
        asked: Option<&str>,
        configured: Option<&str>,
        environment: &Environment,
    ) -> Result<&dyn Agent, AgentError> {
        if let Some(name) = asked.or(configured) {
            return self.find(name);
        }
        match self.installed(environment).as_slice() {
            [only] => Ok(only.agent),
            [] => Err(self
                .broken(environment)
                .unwrap_or(AgentError::NoneFound { looked_for: self.programs() })),
            several => Err(AgentError::SeveralFound {
                found: several.iter().map(|found| found.agent.name().to_owned()).collect(),
            }),
        }
    }

    fn usable(&self) -> impl Iterator<Item = &dyn Agent> {
        let specs = self.specs.iter().filter(|spec| spec.problems.is_empty());
        let specs = specs.map(|spec| spec as &dyn Agent);
        specs.chain(self.own.iter().map(|agent| &**agent))
    }

    /// Returns why an installed agent cannot be used, if there is one.
    fn broken(&self, environment: &Environment) -> Option<AgentError> {
        let is_there = |spec: &&Spec| environment.find_program(&spec.program).is_some();
        self.specs.iter().filter(is_there).find_map(|spec| spec.problems.first().cloned())
    }

    fn programs(&self) -> Vec<String> {
        let programs = self.usable().map(|agent| agent.program().to_owned());
        programs.filter(|name| !name.is_empty()).collect()
    }
}

impl fmt::Debug for Agents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

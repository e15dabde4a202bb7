use std::ffi::OsStr;
use std::path::PathBuf;

use super::config::{self, ConfigEntry, Trust};
use super::spec::Spec;
use super::{Agent, AgentError, find_program, table};
use crate::git::Repository;

/// The agents that can be named: the built-in ones and those of git config.
#[derive(Debug, Clone)]
pub struct Agents(Vec<Spec>);

/// An agent that is installed.
pub struct Found<'a> {
    /// The agent.
    pub agent: &'a dyn Agent,
    /// Its program.
    pub program: PathBuf,
}

impl Agents {
    /// The built-in ones.
    pub fn builtin() -> Self {
        Self(table::builtin())
    }

    /// The built-in ones, changed and added to by the entries of git config whose keys start with
    /// `ao.agent.`; other entries are passed over.
    ///
    /// One entry from a place that is not trusted is an error: what it would have named is never
    /// run, and never silently replaced by something else.
    pub fn with_config<'a>(
        entries: impl IntoIterator<Item = ConfigEntry<'a>>,
    ) -> Result<Self, AgentError> {
        let mut specs = table::builtin();
        // A command may replace the forms, so it comes before entries that set one.
        let (commands, others): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(config::is_command);
        for entry in commands.iter().chain(&others) {
            config::apply(&mut specs, entry)?;
        }
        Ok(Self(specs))
    }

    /// Those of a repository: the built-in ones and what its git config says.
    ///
    /// # Errors
    /// As [`with_config`](Self::with_config).
    pub fn of(repo: &Repository) -> Result<Self, AgentError> {
        let entries = repo.config_entries("ao");
        Self::with_config(entries.iter().map(|entry| ConfigEntry {
            key: &entry.key,
            value: &entry.value,
            trust: if entry.is_trusted { Trust::Trusted } else { Trust::Untrusted },
        }))
    }

    /// All of them, the built-in ones first.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Agent> {
        self.0.iter().map(|spec| spec as &dyn Agent)
    }

    /// The one with this name.
    pub fn find(&self, name: &str) -> Result<&dyn Agent, AgentError> {
        self.iter().find(|agent| agent.name() == name).ok_or_else(|| AgentError::Unknown {
            name: name.chars().take(64).collect(),
            known: self.iter().map(|agent| agent.name().to_owned()).collect(),
        })
    }

    /// Those that are installed; `path` is the value of PATH. Runs nothing.
    pub fn installed(&self, path: &OsStr) -> Vec<Found<'_>> {
        let found = |agent: &'_ Spec| find_program(&agent.program, path);
        self.0
            .iter()
            .filter_map(|agent| found(agent).map(|program| Found { agent, program }))
            .collect()
    }

    /// The agent to use: the one asked for, else the configured one, else the only one installed.
    pub fn choose(
        &self,
        asked: Option<&str>,
        configured: Option<&str>,
        path: &OsStr,
    ) -> Result<&dyn Agent, AgentError> {
        if let Some(name) = asked.or(configured) {
            return self.find(name);
        }
        match self.installed(path).as_slice() {
            [only] => Ok(only.agent),
            [] => Err(AgentError::NoneFound { looked_for: self.programs() }),
            several => Err(AgentError::SeveralFound {
                found: several.iter().map(|found| found.agent.name().to_owned()).collect(),
            }),
        }
    }

    fn programs(&self) -> Vec<String> {
        self.0.iter().map(|spec| spec.program.clone()).filter(|name| !name.is_empty()).collect()
    }
}

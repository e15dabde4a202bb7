//! Reports which agents are known and what they can do here.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::agent::{Action, Agent, AgentError, Agents, IdSource, Mode};
use crate::git::Environment;
use crate::ops::common::Engine;
use crate::runtime::{self, RuntimeError};

/// The variables that an agent finds in its environment: the id and branch of its session, and the
/// identity of the clone.
pub(in crate::ops) const SESSION_ENV: [&str; 3] =
    ["AO_SESSION_ID", "AO_SESSION_BRANCH", "AO_SESSION_CLONE"];

/// How long a program may take to print its version. Some agents start slowly.
const LIMIT: Duration = Duration::from_secs(10);

/// A report on one agent.
#[derive(Debug)]
#[non_exhaustive]
pub struct AgentReport {
    /// Its name.
    pub name: String,
    /// The program to look for; empty if the configuration must name it.
    pub command: String,
    /// The path of the program, if it was found.
    pub program: Option<PathBuf>,
    /// The version that it reports; None if it was not found.
    pub version: Option<Result<String, RuntimeError>>,
    /// How the agent's own id of a conversation becomes known.
    pub id: IdSource,
    /// The supported actions, and the mode for each.
    pub abilities: Vec<(Action, Mode)>,
    /// Why the agent cannot be used. Only its name is then known.
    pub problem: Option<AgentError>,
}

impl AgentReport {
    /// Returns true if the agent supports this action in this mode.
    pub fn can(&self, action: Action, mode: Mode) -> bool {
        self.abilities.contains(&(action, mode))
    }
}

impl Engine {
    /// Reports on all agents, in order. All installed agents are asked for their version at the
    /// same time.
    pub fn agent_reports(&self) -> Vec<AgentReport> {
        reports(&self.agents(), self.repository().environment())
    }
}

fn reports(agents: &Agents, environment: &Environment) -> Vec<AgentReport> {
    thread::scope(|scope| {
        let reports: Vec<_> = agents
            .names()
            .map(|name| scope.spawn(move || report(agents, name, environment)))
            .collect();
        let report = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().expect("looking at a program does not panic")
        };
        reports.into_iter().map(report).collect()
    })
}

fn report(agents: &Agents, name: &str, environment: &Environment) -> AgentReport {
    match agents.find(name) {
        Ok(agent) => usable(agent, environment),
        Err(problem) => AgentReport {
            name: name.to_owned(),
            command: String::new(),
            program: None,
            version: None,
            id: IdSource::Unknown,
            abilities: Vec::new(),
            problem: Some(problem),
        },
    }
}

fn usable(agent: &dyn Agent, environment: &Environment) -> AgentReport {
    let program = environment.find_program(agent.program());
    let ask = |program: &PathBuf| runtime::ask(program, agent.version_args(), environment, LIMIT);
    AgentReport {
        name: agent.name().to_owned(),
        command: agent.program().to_owned(),
        version: program.as_ref().map(ask),
        program,
        id: agent.id_source(),
        abilities: abilities(agent),
        problem: None,
    }
}

/// Returns the supported actions and modes. An interactive agent may need a prompt, or have no place
/// for one.
fn abilities(agent: &dyn Agent) -> Vec<(Action, Mode)> {
    let actions = [Action::Launch, Action::Resume, Action::Fork];
    let modes = [Mode::Interactive, Mode::Headless];
    let all = actions.into_iter().flat_map(|action| modes.map(|mode| (action, mode)));
    let can = |(action, mode): &(Action, Mode)| {
        ["", "x"].iter().any(|prompt| agent.mode(*action, *mode, prompt) == Some(*mode))
    };
    all.filter(can).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_agents_can_what_their_forms_say() {
        let reports = reports(&Agents::builtin(), &Environment::empty());
        let of = |name: &str| reports.iter().find(|report| report.name == name).unwrap();
        assert!(reports.iter().all(|report| report.program.is_none() && report.version.is_none()));
        assert!(of("claude").can(Action::Fork, Mode::Headless));
        assert_eq!(of("claude").id, IdSource::Given);
        assert!(!of("gemini").can(Action::Fork, Mode::Interactive));
        assert_eq!(of("codex").id, IdSource::Learned);
        assert!(of("amp").can(Action::Launch, Mode::Interactive));
        assert!(!of("command").can(Action::Resume, Mode::Interactive));
    }
}

use serde::{Deserialize, Serialize};

use crate::agent::{Action, IdSource, Mode};
use crate::model::error_chain;
use crate::ops::AgentReport;

/// What `agents --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentsJson {
    /// The version of the format.
    pub version: u64,
    /// The agents.
    pub agents: Vec<AgentJson>,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentJson {
    /// Its name.
    pub name: String,
    /// The program to look for; empty if the configuration must name it.
    pub command: String,
    /// The path of the program, if it was found.
    pub program: Option<String>,
    /// How the agent's own id of a conversation becomes known: `given`, `learned` or `unknown`.
    pub id: String,
    /// The supported actions, and the mode for each: `launch:interactive`.
    pub can: Vec<String>,
    /// The version that it reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// Why the agent cannot be used, or does not report its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl From<&AgentReport> for AgentJson {
    fn from(report: &AgentReport) -> Self {
        let (agent_version, failure) = match &report.version {
            Some(Ok(version)) => (Some(version.clone()), None),
            Some(Err(error)) => (None, Some(error_chain(error))),
            None => (None, None),
        };
        Self {
            name: report.name.clone(),
            command: report.command.clone(),
            program: report.program.as_ref().map(|path| path.to_string_lossy().into_owned()),
            id: id(report.id).to_owned(),
            can: report.abilities.iter().map(ability).collect(),
            agent_version,
            error: report.problem.as_ref().map(|problem| error_chain(problem)).or(failure),
        }
    }
}

fn id(source: IdSource) -> &'static str {
    match source {
        IdSource::Given => "given",
        IdSource::Learned => "learned",
        IdSource::Unknown => "unknown",
    }
}

fn ability((action, mode): &(Action, Mode)) -> String {
    let action = match action {
        Action::Launch => "launch",
        Action::Resume => "resume",
        Action::Fork => "fork",
    };
    let mode = match mode {
        Mode::Interactive => "interactive",
        Mode::Headless => "headless",
    };
    format!("{action}:{mode}")
}

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, Mode, Slot, TemplateError};

/// Why an agent cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AgentError {
    /// No agent has this name.
    #[error("unknown agent '{}'", .name.escape_debug())]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// None was named and none is installed.
    #[error("no agent is installed; looked for {}", .looked_for.join(", "))]
    NoneFound {
        /// The programs that were looked for.
        looked_for: Vec<String>,
    },
    /// None was named and there is a choice.
    #[error("{} agents are installed, and none is selected: {}", .found.len(), .found.join(", "))]
    SeveralFound {
        /// The names of those that are installed.
        found: Vec<String>,
    },
    /// It has no program: only its name is known.
    #[error("agent '{name}' has no command")]
    NoCommand {
        /// The agent.
        name: String,
    },
    /// It has no way to do this.
    #[error("agent '{name}' cannot {action} {mode}")]
    Unsupported {
        /// The agent.
        name: String,
        /// What was asked.
        action: Action,
        /// In which mode.
        mode: Mode,
    },
    /// Its command has no place for a prompt.
    #[error("agent '{name}' does not accept a prompt in a terminal")]
    NoPlaceForPrompt {
        /// The agent.
        name: String,
    },
    /// Without a terminal nobody can type one.
    #[error("agent '{name}' requires a prompt without a terminal")]
    NoPrompt {
        /// The agent.
        name: String,
    },
    /// Its command needs something that the session does not have.
    #[error("agent '{name}' requires {{{slot}}}, which is unknown")]
    Missing {
        /// The agent.
        name: String,
        /// What is missing.
        slot: Slot,
    },
    /// A value that must not become an argument.
    #[error("invalid {what} '{}'", .value.escape_debug())]
    Refused {
        /// What it is.
        what: &'static str,
        /// The value, cut to a readable length.
        value: String,
    },
    /// Git config from a place that may not name programs.
    #[error("'{key}' names a program, but is not set in a configuration file of your own")]
    Untrusted {
        /// The key.
        key: String,
    },
    /// Git config that cannot be understood.
    #[error("'{key}': {reason}")]
    Config {
        /// The key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A template that cannot be understood.
    #[error("cannot read '{key}'")]
    Template {
        /// The key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: TemplateError,
    },
    /// A path that cannot be passed as text.
    #[error("'{}' is not UTF-8", .0.display())]
    Path(PathBuf),
    /// A file that the agent needs could not be made.
    #[error("cannot write '{}'", .path.display())]
    Prepare {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Arc<io::Error>,
    },
}

impl AgentError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { name, known } => format!(
                "known agents: {}\nto add it: git config ao.agent.{}.command '<program> {{prompt}}'",
                known.join(", "),
                name.escape_debug()
            ),
            Self::NoneFound { .. } => "install one, or use any command as an agent:\n  \
                 git config ao.agent.mine.command '<program> {prompt}'\n  \
                 git config ao.agent mine"
                .to_owned(),
            Self::SeveralFound { found } => {
                let name = found.first().map_or("<name>", String::as_str);
                format!(
                    "to select one for this repository: git config ao.agent {name}\n\
                     or for one session: --agent {name}"
                )
            }
            Self::NoCommand { name } => {
                format!("to set one: git config ao.agent.{name}.command '<program> <arguments>'")
            }
            Self::NoPlaceForPrompt { name } => {
                format!("add {{prompt}} to ao.agent.{name}.launch")
            }
            Self::Untrusted { .. } => {
                "set it in your own configuration, with git config --global".to_owned()
            }
            _ => return None,
        })
    }
}

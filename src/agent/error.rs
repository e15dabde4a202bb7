use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, Mode, Slot, TemplateError};
use crate::model::{ErrorKind, Recovery};

/// Why an agent cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// No agent has this name.
    #[error("unknown agent '{}'", .name.escape_debug())]
    Unknown {
        /// The name.
        name: String,
        /// The known names.
        known: Vec<String>,
    },
    /// No agent was named, and none is installed.
    #[error("no agent is installed; looked for {}", .looked_for.join(", "))]
    NoneFound {
        /// The programs that were looked for.
        looked_for: Vec<String>,
    },
    /// No agent was named, and several are installed.
    #[error("{} agents are installed, and none is selected: {}", .found.len(), .found.join(", "))]
    SeveralFound {
        /// The names of the installed agents.
        found: Vec<String>,
    },
    /// The agent has no program: only its name is known.
    #[error("agent '{name}' has no command")]
    NoCommand {
        /// The agent.
        name: String,
    },
    /// The agent does not support this action.
    #[error("agent '{name}' cannot {action} {mode}")]
    Unsupported {
        /// The agent.
        name: String,
        /// The requested action.
        action: Action,
        /// The requested mode.
        mode: Mode,
    },
    /// The agent's command has no placeholder for a prompt.
    #[error("agent '{name}' does not accept a prompt in a terminal")]
    NoPlaceForPrompt {
        /// The agent.
        name: String,
    },
    /// The agent has no terminal, so it needs a prompt.
    #[error("agent '{name}' requires a prompt without a terminal")]
    NoPrompt {
        /// The agent.
        name: String,
    },
    /// The agent's command needs a value that the session does not have.
    #[error("agent '{name}' requires {{{slot}}}, which is unknown")]
    Missing {
        /// The agent.
        name: String,
        /// The placeholder without a value.
        slot: Slot,
    },
    /// The value must not be passed as an argument.
    #[error("invalid {what} '{}'", .value.escape_debug())]
    Refused {
        /// The kind of value.
        what: &'static str,
        /// The value, truncated to a readable length.
        value: String,
    },
    /// The setting is in a configuration file that is not trusted to name programs.
    #[error("'{key}' names a program, but is not set in a configuration file of your own")]
    Untrusted {
        /// The key.
        key: String,
    },
    /// The setting is invalid.
    #[error("'{key}': {reason}")]
    Config {
        /// The key.
        key: String,
        /// The reason.
        reason: String,
    },
    /// The command template is invalid.
    #[error("cannot read '{key}'")]
    Template {
        /// The key.
        key: String,
        /// The reason.
        #[source]
        source: TemplateError,
    },
    /// The path is not UTF-8.
    #[error("'{}' is not UTF-8", .0.display())]
    Path(PathBuf),
    /// A file that the agent needs could not be written.
    #[error("cannot write '{}'", .path.display())]
    Prepare {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Arc<io::Error>,
    },
}

impl AgentError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::SeveralFound { .. } => ErrorKind::Ambiguous,
            Self::Unsupported { .. } | Self::NoPlaceForPrompt { .. } => ErrorKind::Unsupported,
            Self::NoPrompt { .. } | Self::Missing { .. } | Self::Refused { .. } | Self::Path(_) => {
                ErrorKind::Invalid
            }
            Self::Untrusted { .. } => ErrorKind::Refused,
            Self::NoneFound { .. }
            | Self::NoCommand { .. }
            | Self::Config { .. }
            | Self::Template { .. } => ErrorKind::Environment,
            Self::Prepare { source, .. } => source.as_ref().into(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl AgentError {
    /// Returns a hint for the user.
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
